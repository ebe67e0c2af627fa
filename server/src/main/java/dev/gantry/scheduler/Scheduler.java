package dev.gantry.scheduler;

import dev.gantry.restriction.MachineUses;
import dev.gantry.restriction.Restrictions;
import dev.gantry.scheduler.constraint.ConstraintChecks;
import dev.gantry.scheduler.constraint.Feasibility;
import dev.gantry.scheduler.constraint.GroupUse;
import dev.gantry.scheduler.constraint.NodeRequirements;
import dev.gantry.scheduler.placement.NodeVerdicts;
import dev.gantry.scheduler.placement.PlanMaker;
import dev.gantry.scheduler.plan.GroupOutcome;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.reconcile.DeploymentRule;
import dev.gantry.scheduler.reconcile.GroupChange;
import dev.gantry.scheduler.reconcile.Reconciliation;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeVerdict;
import dev.gantry.v1.TaskGroup;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Decides which allocations run on which nodes. Keeps no state between calls: a result depends on the arguments alone.
 */
public final class Scheduler {

    private final MachineUses uses;

    /**
     * Makes a scheduler.
     *
     * @param uses finds what tasks ask of their machine, which nodes may not allow
     */
    public Scheduler(MachineUses uses) {
        this.uses = uses;
    }

    /**
     * Returns the changes that make the cluster run a job as it was submitted. Changes nothing itself.
     *
     * @param cluster the cluster as it is
     * @param job the newest version of the job, with its defaults filled in
     * @param stopped true if the job is to be stopped
     * @param now the time
     * @param options the cluster's scheduler configuration
     * @return the plan; it changes nothing if the job runs as it should, or if nothing can be done for it now
     * @throws IllegalArgumentException if a constraint is malformed; {@link ConstraintChecks} finds such constraints
     *     when the job is submitted
     */
    public Plan plan(ClusterState cluster, JobVersion job, boolean stopped, Instant now, SchedulerOptions options) {
        Reconciliation reconciliation = new Reconciliation(cluster, job, now);
        DeploymentRule deployments =
                new DeploymentRule(job, cluster.deploymentsOf(job.getJob().getId()), now);
        return stopped
                ? stop(reconciliation.stop(), deployments)
                : new PlanMaker(cluster, job, reconciliation, deployments, options, uses).make();
    }

    /**
     * Decides for each node whether it could run one more allocation of each group of a job. Looks at the cluster
     * before the plan. Allocations that the plan stops still use their resources, but do not count as allocations of
     * the job.
     *
     * @param cluster the cluster as it is
     * @param job a version of a job, with its defaults filled in
     * @param plan a plan for that version and that cluster
     * @param options the scheduler configuration that the plan was made with
     * @param limit the number of nodes to explain, 0 or more; the first ones in the order of their names are taken
     * @return the verdicts by group, each list in the order of the nodes' names
     */
    public Map<String, List<NodeVerdict>> explain(
            ClusterState cluster, JobVersion job, Plan plan, SchedulerOptions options, int limit) {
        return NodeVerdicts.explain(cluster, job, plan, options, uses, limit);
    }

    /**
     * Returns a function that says why a node does not meet the requirements of a group. The function looks at the
     * node's datacenter, drivers, attributes and restrictions only; it ignores the node's status, eligibility and free resources. The
     * server uses it to name allocations that keep running on a node that has changed.
     *
     * @param job a job, with its defaults filled in
     * @param group one of its groups
     * @return a function from a node to the reason, worded for this node alone; empty if the node meets the
     *     requirements
     */
    public Function<Node, Optional<String>> misfit(Job job, TaskGroup group) {
        Feasibility feasibility = new Feasibility(NodeRequirements.of(job, group, Map.of()));
        GroupUse use = GroupUse.of(group, uses);
        return node -> feasibility
                .misfit(node)
                .map(refusal -> feasibility.explain(refusal, node))
                .or(() -> use.refusal(Restrictions.of(node.getRestrictions())));
    }

    private static Plan stop(List<GroupChange> changes, DeploymentRule deployments) {
        return new Plan(
                List.of(),
                List.of(),
                changes.stream().flatMap(change -> change.surplus().stream()).toList(),
                List.of(),
                List.of(),
                deployments.afterStop(),
                changes.stream().map(Scheduler::stopped).toList(),
                Optional.empty());
    }

    private static GroupOutcome stopped(GroupChange change) {
        return GroupOutcome.stopOnly(change.taskGroup(), change.surplus().size(), change.kept());
    }
}
