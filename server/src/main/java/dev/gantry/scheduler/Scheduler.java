package dev.gantry.scheduler;

import dev.gantry.scheduler.Proposal.Outlook;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeVerdict;
import dev.gantry.v1.TaskGroup;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Decides what runs where. Keeps no state between calls; what it decides depends on its arguments alone. */
public final class Scheduler {

    /** Makes a scheduler. */
    public Scheduler() {}

    /**
     * Says what has to happen so that the cluster runs what a job wants. Changes nothing.
     *
     * @param cluster the cluster as it is
     * @param job the newest version of the job, its defaults filled in
     * @param stopped whether the job shall be stopped
     * @param now the time
     * @param options how the cluster wants its jobs placed
     * @return the plan; nothing to place or to stop once all is as it should be, or can't be made so
     * @throws IllegalArgumentException if a constraint is malformed; {@link ConstraintChecks} finds such ones before
     */
    public Plan plan(ClusterState cluster, JobVersion job, boolean stopped, Instant now, SchedulerOptions options) {
        Reconciliation reconciliation = new Reconciliation(cluster, job, now);
        DeploymentRule deployments =
                new DeploymentRule(job, cluster.deploymentsOf(job.getJob().getId()), now);
        return stopped
                ? stop(reconciliation.stop(), deployments)
                : new PlanMaker(cluster, job, reconciliation, deployments, options).make();
    }

    /**
     * Says for each node whether it could run one more allocation of each group, as the cluster is before the plan, what
     * the plan stops no longer counted as the job's own.
     *
     * @param cluster the cluster as it is
     * @param job a version of a job, its defaults filled in
     * @param plan a plan for that version, made for the cluster as it is
     * @param options how the cluster wants its jobs placed: what the plan was made with
     * @param limit how many nodes to speak of, 0 or more
     * @return the verdicts by group, each in the order of the nodes' names
     */
    public Map<String, List<NodeVerdict>> explain(
            ClusterState cluster, JobVersion job, Plan plan, SchedulerOptions options, int limit) {
        Proposal proposal = new Proposal(cluster, job.getJob().getId(), Outlook.NOW);
        Map<String, Suitability> groups = new LinkedHashMap<>();
        for (TaskGroup group : job.getJob().getTaskGroupsList()) {
            groups.put(group.getName(), new Suitability(Demand.of(cluster, job, group, options.algorithm()), proposal));
        }
        plan.stops().forEach(stop -> proposal.stop(stop.allocation()));
        Verdicts verdicts = new Verdicts(plan);
        List<NodeRoom> rooms = cluster.rooms().stream().limit(limit).toList();
        Map<String, List<NodeVerdict>> explained = new HashMap<>();
        groups.forEach((name, suitability) -> {
            cluster.bear();
            explained.put(
                    name,
                    rooms.stream()
                            .map(room -> verdicts.of(name, suitability, room))
                            .toList());
        });
        return explained;
    }

    /**
     * Says why nodes may not run a group by themselves, whether or not they are given anything new now and whatever else
     * they run: what a node that has changed would not be given any more, but keeps.
     *
     * @param job a job, its defaults filled in
     * @param group one of its groups
     * @return tells the reason of a node, in words that speak of this node alone; empty if the node may
     */
    public Function<Node, Optional<String>> misfit(Job job, TaskGroup group) {
        Feasibility feasibility = new Feasibility(NodeAsk.of(job, group));
        return node -> feasibility.misfit(node).map(refusal -> feasibility.explain(refusal, node));
    }

    private static Plan stop(List<GroupChange> changes, DeploymentRule deployments) {
        return new Plan(
                List.of(),
                List.of(),
                changes.stream().flatMap(change -> change.surplus().stream()).toList(),
                List.of(),
                deployments.afterStop(),
                changes.stream().map(GroupOutcome::stopOnly).toList(),
                Optional.empty());
    }
}
