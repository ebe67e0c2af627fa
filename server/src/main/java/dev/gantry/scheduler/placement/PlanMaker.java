package dev.gantry.scheduler.placement;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.placement.PlanDraft.Outlook;
import dev.gantry.scheduler.plan.DelayedReschedule;
import dev.gantry.scheduler.plan.GroupOutcome;
import dev.gantry.scheduler.plan.InPlaceUpdate;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.reconcile.DeploymentRule;
import dev.gantry.scheduler.reconcile.GroupChange;
import dev.gantry.scheduler.reconcile.GroupChange.Rollout;
import dev.gantry.scheduler.reconcile.Reconciliation;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.scheduler.state.Reservation;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.TaskGroup;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes the plan of a job that is to run: finds nodes for the requests of all groups, and collects the result. */
public final class PlanMaker {

    /**
     * The planners of one group.
     *
     * @param newest places the job's newest version
     * @param older places an older version that must be kept up while the newest is not trusted yet; empty: none
     */
    private record Planners(GroupPlanner newest, Optional<GroupPlanner> older) {

        GroupOutcome outcome() {
            return older.map(planner -> newest.outcome().with(planner.outcome()))
                    .orElseGet(newest::outcome);
        }
    }

    private final ClusterState cluster;
    private final JobVersion job;
    private final DeploymentRule deployments;
    private final SchedulerOptions options;
    private final MachineUses uses;
    private final PlanDraft now;
    private final LazyPlanDraft onceStopped;
    private final List<GroupChange> changes = new ArrayList<>();
    private final List<GroupChange> formerGroups;
    private final List<Planners> groups = new ArrayList<>();

    /**
     * Reconciles each group and prepares its planners.
     *
     * @param cluster the cluster
     * @param job the newest version of the job
     * @param reconciliation compares the job with its allocations
     * @param deployments begins and updates the job's deployments
     * @param options the cluster's scheduler configuration
     * @param uses finds what tasks ask of their machine
     * @throws IllegalArgumentException if a constraint is malformed
     */
    public PlanMaker(
            ClusterState cluster,
            JobVersion job,
            Reconciliation reconciliation,
            DeploymentRule deployments,
            SchedulerOptions options,
            MachineUses uses) {
        this.options = options;
        this.uses = uses;
        this.cluster = cluster;
        this.job = job;
        this.deployments = deployments;
        this.now = new PlanDraft(cluster, job.getJob(), Outlook.NOW);
        this.onceStopped = new LazyPlanDraft(() -> new PlanDraft(cluster, job.getJob(), Outlook.ONCE_STOPPED));
        List<Demand> demands = new ArrayList<>();
        for (TaskGroup group : job.getJob().getTaskGroupsList()) {
            Demand demand = Demand.of(cluster, job, group, options.algorithm(), uses);
            demands.add(demand);
            changes.add(reconciliation.change(demand));
        }
        this.formerGroups = reconciliation.stopFormer();
        boolean deploying = deployments.isRunningWith(changes);
        for (int i = 0; i < demands.size(); i++) {
            groups.add(planners(demands.get(i), changes.get(i), deploying));
        }
    }

    /**
     * Makes the plan.
     *
     * @return the plan; it may place fewer allocations than requested, and then says why
     * @throws RuntimeException the deadline's exception, if the plan takes too long
     */
    public Plan make() {
        List<GroupPlanner> planners = new ArrayList<>();
        for (Planners group : groups) {
            planners.add(group.newest());
            group.older().ifPresent(planners::add);
        }
        changes.forEach(this::stopSurplus);
        formerGroups.forEach(this::stopSurplus);
        fill(planners);
        if (options.preempting().contains(job.getJob().getType())) {
            Preemption preemption = new Preemption(onceStopped);
            planners.forEach(planner -> planner.preempt(preemption));
        }
        return assemble(planners);
    }

    /**
     * Places the requests that fit now. Then reserves resources that stopping allocations will free. Whenever an
     * allocation is stopped for its replacement, all reservations are made again. The next evaluation does not know
     * them and will choose in the same way, so its choice agrees with this one. Where resources are scarce, a request
     * can lose the reservation for which its allocation was stopped; it then waits like a request that replaces
     * nothing.
     */
    private static void fill(List<GroupPlanner> planners) {
        boolean again = true;
        while (again) {
            planners.forEach(GroupPlanner::withdrawReservations);
            fillNow(planners);
            planners.forEach(GroupPlanner::reserveForNew);
            again = false;
            for (GroupPlanner planner : planners) {
                again |= planner.replaceOnceStopped();
            }
        }
    }

    private static void fillNow(List<GroupPlanner> planners) {
        boolean again = true;
        while (again) {
            planners.forEach(GroupPlanner::placeNew);
            again = false;
            for (GroupPlanner planner : planners) {
                again |= planner.replaceNow();
            }
        }
    }

    private void stopSurplus(GroupChange change) {
        change.surplus().forEach(stop -> {
            now.stop(stop.allocation());
            onceStopped.plan(draft -> draft.stop(stop.allocation()));
        });
    }

    // Loops rather than streams, here and wherever a plan begins: most jobs are small, and setting up a stream would
    // take longer than its work.
    private Plan assemble(List<GroupPlanner> planners) {
        List<Placement> placements = new ArrayList<>();
        List<InPlaceUpdate> updates = new ArrayList<>();
        List<Stop> stops = new ArrayList<>();
        List<DelayedReschedule> reschedules = new ArrayList<>();
        List<GroupOutcome> outcomes = new ArrayList<>();
        for (GroupPlanner planner : planners) {
            placements.addAll(planner.placements());
            stops.addAll(planner.stops());
            stops.addAll(planner.preempted());
        }
        for (GroupChange change : changes) {
            updates.addAll(change.updates());
            reschedules.addAll(change.reschedules());
        }
        for (Planners group : groups) {
            outcomes.add(group.outcome());
        }
        for (GroupChange former : formerGroups) {
            stops.addAll(former.surplus());
            outcomes.add(
                    GroupOutcome.stopOnly(former.taskGroup(), former.surplus().size(), former.kept()));
        }
        return new Plan(
                placements,
                updates,
                stops,
                reschedules,
                reservations(planners, stops),
                deployments.after(changes, placements),
                outcomes,
                followUpTime());
    }

    /**
     * Returns the reservations that outlast the plan: those on nodes where allocations were stopped for the job, by this
     * plan or an earlier one. An allocation that only waits for the end of what others have stopped keeps nothing.
     */
    private List<Reservation> reservations(List<GroupPlanner> planners, List<Stop> stops) {
        List<Reservation> waiting = new ArrayList<>();
        for (GroupPlanner planner : planners) {
            waiting.addAll(planner.waiting());
        }
        if (waiting.isEmpty()) {
            return waiting;
        }
        String jobId = job.getJob().getId();
        Set<String> cleared = new HashSet<>();
        stops.forEach(stop -> cleared.add(stop.allocation().getNodeId()));
        cluster.reservationsOf(jobId).forEach(earlier -> cleared.add(earlier.nodeId()));
        cluster.allocationsOf(jobId).stream()
                .filter(own -> !AllocationStatuses.isWanted(own) && !AllocationStatuses.isTerminal(own))
                .forEach(own -> cleared.add(own.getNodeId()));
        waiting.removeIf(one -> !cleared.contains(one.nodeId()));
        return waiting;
    }

    private Optional<Instant> followUpTime() {
        return changes.stream()
                .map(GroupChange::followUpTime)
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder());
    }

    private Planners planners(Demand demand, GroupChange change, boolean deploying) {
        String deploymentId = deploying ? deployments.idOf(demand) : "";
        GroupPlanner newest = new GroupPlanner(demand, change, deploymentId, cluster, now, onceStopped);
        return new Planners(newest, change.olderRequests().map(older -> olderPlanner(demand, older)));
    }

    private GroupPlanner olderPlanner(Demand demand, GroupChange.OlderRequests older) {
        JobVersion version = JobVersion.newBuilder()
                .setJob(cluster.jobAt(job.getJob().getId(), older.version()).orElseThrow())
                .setVersion(older.version())
                .build();
        String name = demand.group().getName();
        TaskGroup group =
                cluster.groupAt(job.getJob().getId(), older.version(), name).orElseThrow();
        GroupChange change = new GroupChange(
                name,
                0,
                List.of(),
                List.of(),
                older.requests(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Rollout.NONE);
        return new GroupPlanner(
                Demand.of(cluster, version, group, options.algorithm(), uses), change, "", cluster, now, onceStopped);
    }
}
