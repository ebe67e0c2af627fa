package dev.gantry.scheduler.whatif;

import dev.gantry.model.ProtoTimes;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.plan.GroupOutcome;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.plan.StopCause;
import dev.gantry.scheduler.state.AllocatedResources;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.PlacementFailure;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.WhatIfFit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Carries out changes of a cluster on a copy of its state, and all plans that follow from them.
 *
 * <p>A simulation proceeds in rounds. In a round, each job that has something to do is planned, the most important ones
 * first, as the server takes its evaluations. At the end of a round, what was stopped has ended, and what was placed
 * runs and is healthy. The simulation ends with the round that changes nothing. Then the deadlines of the drains have
 * passed, and it goes on until nothing changes again. A cluster that comes to no rest is left after some rounds.
 *
 * <p>Time does not pass otherwise: allocations do not fail, batch jobs do not complete, and the limits of how many
 * allocations are replaced or moved at a time, {@code max_parallel} and {@code stagger}, do not hold. Canaries that need
 * a person to promote them stay canaries.
 *
 * <p>One thread owns a simulation. The result depends on the arguments alone.
 */
public final class Simulation {

    /** The most further allocations that {@link #fit} looks for. */
    public static final int MOST_FITTING = 10_000;

    /**
     * The most rounds. Few are needed, since each round does all that can be done at once, and what is stopped for an
     * allocation stays reserved for it.
     */
    private static final int MOST_ROUNDS = 64;

    /** A max_parallel that limits nothing, and to which counts can be added. */
    private static final int UNLIMITED = Integer.MAX_VALUE / 2;

    private static final Comparator<SimulatedJob> BY_IMPORTANCE = Comparator.comparingInt(SimulatedJob::priority)
            .reversed()
            .thenComparingLong(SimulatedJob::order)
            .thenComparing(SimulatedJob::id);

    private final Scheduler scheduler;
    private final SchedulerOptions options;
    private final ClusterState cluster;
    private final Instant now;
    private final Map<String, SimulatedJob> jobs = new HashMap<>();
    private final Effects effects;

    /** Jobs whose last plan left allocations out. */
    private final Set<String> blocked = new LinkedHashSet<>();

    /** Jobs that something has changed for since their last plan. */
    private final Set<String> unsettled = new LinkedHashSet<>();

    /** The ids of the changed nodes that are draining. */
    private final Set<String> draining = new LinkedHashSet<>();

    private int placed;
    private int rounds;

    /**
     * Prepares a simulation.
     *
     * @param scheduler makes the plans
     * @param options the cluster's scheduler configuration
     * @param cluster a copy of the cluster, which the simulation changes
     * @param jobs all jobs of the cluster
     * @param now the time
     */
    public Simulation(
            Scheduler scheduler,
            SchedulerOptions options,
            ClusterState cluster,
            Collection<SimulatedJob> jobs,
            Instant now) {
        this.scheduler = scheduler;
        this.options = options;
        this.cluster = cluster;
        this.now = now;
        this.effects = new Effects(cluster);
        jobs.forEach(job -> this.jobs.put(job.id(), job));
    }

    /**
     * Carries out changes. Call it once.
     *
     * @param changes the changes
     * @return what changes for allocations, and what waits afterwards
     * @throws RuntimeException the deadline's exception, if it takes too long
     */
    public Effects.Result run(Changes changes) {
        changes.jobs().forEach(job -> jobs.put(job.id(), job));
        jobs.values().stream().filter(SimulatedJob::due).forEach(job -> unsettled.add(job.id()));
        changes.nodes().forEach(this::put);
        if (!changes.nodes().isEmpty()) {
            jobs.values().stream()
                    .filter(job -> job.version().getJob().getType() == JobType.JOB_TYPE_SYSTEM && !job.stopped())
                    .forEach(job -> unsettled.add(job.id()));
        }
        settle();
        if (passDeadlines()) {
            settle();
        }
        return effects.result(jobs, changes.jobs(), rounds < MOST_ROUNDS);
    }

    /**
     * Counts how many more allocations of a group fit after {@link #run}, without preemption; of a job that does not run, as
     * if it ran. Changes nothing.
     *
     * @param jobId the job; not a system job
     * @param taskGroup one of its groups
     * @return how many, and why not more
     * @throws RuntimeException the deadline's exception, if it takes too long
     */
    public WhatIfFit fit(String jobId, String taskGroup) {
        boolean isStopped = jobs.get(jobId).stopped();
        JobVersion known = jobs.get(jobId).version();
        Job.Builder job = hastened(known).getJob().toBuilder();
        int count = 0;
        for (TaskGroup.Builder group : job.getTaskGroupsBuilderList()) {
            // Without a deployment, which could hold back what fits.
            group.clearUpdate();
            if (group.getName().equals(taskGroup)) {
                count = isStopped ? 0 : group.getCount();
                group.setCount(count + MOST_FITTING + 1);
            }
        }
        Plan plan = scheduler.plan(
                cluster,
                known.toBuilder().setJob(job).build(),
                false,
                now,
                new SchedulerOptions(options.algorithm(), Set.of()));
        int more = 0;
        for (Placement placement : plan.placements()) {
            more += placement.taskGroup().equals(taskGroup) && placement.index() >= count ? 1 : 0;
        }
        WhatIfFit.Builder fit =
                WhatIfFit.newBuilder().setJobId(jobId).setTaskGroup(taskGroup).setNotRunning(isStopped);
        if (more > MOST_FITTING) {
            return fit.setMore(MOST_FITTING).setAtLeast(true).build();
        }
        failures(plan)
                .filter(failure -> failure.getTaskGroup().equals(taskGroup))
                .findFirst()
                .ifPresent(fit::setLimit);
        return fit.setMore(more).build();
    }

    private void put(Node node) {
        cluster.putNode(node);
        NodeUsage usage = cluster.usageOf(node.getId());
        if (node.hasDrain()) {
            draining.add(node.getId());
        }
        if (node.getStatus() == NodeStatus.NODE_STATUS_DOWN) {
            List.copyOf(usage.allocations()).stream()
                    .map(AllocatedResources::allocation)
                    .forEach(allocation -> lose(allocation, node));
        }
    }

    private void lose(Allocation allocation, Node node) {
        effects.before(allocation.getJobId());
        effects.leaves(allocation, "its node %s is down".formatted(node.getName()), "");
        cluster.putAllocation(allocation.toBuilder()
                .setClientStatus(ClientStatus.CLIENT_STATUS_LOST)
                .build());
        unsettled.add(allocation.getJobId());
    }

    /** Plans in rounds until a round changes nothing, or the last round is over. */
    private void settle() {
        boolean changed = true;
        while (changed && rounds < MOST_ROUNDS) {
            rounds++;
            unsettled.addAll(blocked);
            unsettled.addAll(onDrainingNodes());
            boolean planned = planAll();
            changed = endStopped() || planned;
        }
    }

    private Set<String> onDrainingNodes() {
        Set<String> found = new LinkedHashSet<>();
        for (String nodeId : draining) {
            cluster.usageOf(nodeId)
                    .allocations()
                    .forEach(one -> found.add(one.allocation().getJobId()));
        }
        return found;
    }

    /** Plans each unsettled job, and those that these preempt; returns true if something changes. */
    private boolean planAll() {
        TreeSet<SimulatedJob> queue = new TreeSet<>(BY_IMPORTANCE);
        unsettled.stream().map(jobs::get).forEach(queue::add);
        unsettled.clear();
        boolean changed = false;
        for (SimulatedJob job = queue.pollFirst(); job != null; job = queue.pollFirst()) {
            Plan plan = scheduler.plan(cluster, hastened(job.version()), job.stopped(), now, options);
            changed |= carryOut(job, plan);
            if (!plan.deployments().isEmpty()) {
                // The deployment gets on once the allocations are healthy. Any other plan leaves nothing to do that
                // fits.
                unsettled.add(job.id());
            }
            plan.stops().stream()
                    .filter(stop -> stop.cause() == StopCause.PREEMPTED)
                    .map(stop -> jobs.get(stop.allocation().getJobId()))
                    .forEach(queue::add);
        }
        return changed;
    }

    /** Carries out a plan; returns true if it changes something now. */
    private boolean carryOut(SimulatedJob job, Plan plan) {
        noteFailures(job, plan);
        cluster.reserve(job.version().getJob(), plan.reservations());
        plan.reschedules()
                .forEach(later -> cluster.putAllocation(later.allocation().toBuilder()
                        .setNextRescheduleTime(ProtoTimes.toTimestampMillis(later.at()))
                        .build()));
        if (plan.placements().isEmpty()
                && plan.updates().isEmpty()
                && plan.stops().isEmpty()
                && plan.deployments().isEmpty()) {
            return false;
        }
        effects.before(job.id());
        cluster.putJob(job.version());
        plan.stops().forEach(stop -> stop(job, stop));
        plan.updates().forEach(update -> {
            Allocation.Builder updated = update.allocation().toBuilder()
                    .setJobVersion(job.version().getVersion())
                    .setDeploymentId(update.deploymentId())
                    .setCanary(false);
            cluster.putAllocation(update.healthy() ? updated.setHealthy(true).build() : updated.build());
        });
        plan.placements().forEach(placement -> place(job, placement));
        plan.deployments().forEach(cluster::putDeployment);
        return true;
    }

    private void noteFailures(SimulatedJob job, Plan plan) {
        List<PlacementFailure> failures = failures(plan).toList();
        effects.waits(job.id(), failures);
        if (failures.isEmpty()) {
            blocked.remove(job.id());
        } else {
            blocked.add(job.id());
        }
    }

    private void stop(SimulatedJob job, Stop stop) {
        Allocation allocation = stop.allocation();
        effects.before(allocation.getJobId());
        effects.leaves(allocation, stop.reason(), stop.cause() == StopCause.PREEMPTED ? job.id() : "");
        cluster.putAllocation(allocation.toBuilder()
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                .build());
    }

    private void place(SimulatedJob job, Placement placement) {
        // No id of an allocation of the cluster: those are UUIDs.
        String id = "what-if-%08d".formatted(placed++);
        Stream.concat(
                        placement.previous().map(Allocation::getId).stream(),
                        placement.dataOf().map(Allocation::getId).stream())
                .distinct()
                .flatMap(before -> cluster.allocation(before).stream())
                .forEach(before -> cluster.putAllocation(
                        before.toBuilder().setNextAllocationId(id).build()));
        cluster.putAllocation(placement
                .allocation(id, job.id(), ProtoTimes.toTimestampMillis(now))
                .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                .setHealthy(true)
                .build());
    }

    /** Ends the allocations that are to stop; returns true if there are any. */
    private boolean endStopped() {
        List<Allocation> stopped = new ArrayList<>();
        for (NodeUsage node : cluster.nodes()) {
            for (String id : node.stopping()) {
                stopped.add(node.resources(id).allocation());
            }
        }
        stopped.forEach(one -> cluster.putAllocation(one.toBuilder()
                .setClientStatus(ClientStatus.CLIENT_STATUS_COMPLETE)
                .build()));
        return !stopped.isEmpty();
    }

    /** Lets the deadlines of the drains pass; returns true if there are any. */
    private boolean passDeadlines() {
        boolean passed = false;
        for (String nodeId : draining) {
            Node node = cluster.usageOf(nodeId).node();
            if (node.getDrain().hasDeadline()) {
                passed = true;
                cluster.putNode(node.toBuilder()
                        .setDrain(node.getDrain().toBuilder().setOverdue(true))
                        .build());
            }
        }
        return passed;
    }

    /** Returns a job that takes its steps all at once, and promotes its canaries where it does so by itself. */
    private static JobVersion hastened(JobVersion version) {
        Job.Builder job = version.getJob().toBuilder();
        for (TaskGroup.Builder group : job.getTaskGroupsBuilderList()) {
            if (!group.hasMigrate() || group.getMigrate().getMaxParallel() > 0) {
                group.getMigrateBuilder().setMaxParallel(UNLIMITED);
            }
            if (group.hasUpdate()) {
                group.getUpdateBuilder().setMaxParallel(UNLIMITED);
                if (group.getUpdate().getAutoPromote()) {
                    group.getUpdateBuilder().clearCanary();
                }
            }
        }
        return version.toBuilder().setJob(job).build();
    }

    private static Stream<PlacementFailure> failures(Plan plan) {
        return plan.groups().stream().map(GroupOutcome::failure).flatMap(Optional::stream);
    }
}
