package dev.gantry.cluster.scheduling;

import dev.gantry.cluster.Clocks;
import dev.gantry.cluster.evaluation.EvaluationQueue;
import dev.gantry.cluster.evaluation.FollowUps;
import dev.gantry.cluster.job.JobVersionCache;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.model.Glob;
import dev.gantry.model.NodeEligibility;
import dev.gantry.model.ProtoTimes;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.PlanDeadline;
import dev.gantry.scheduler.state.Reservation;
import dev.gantry.store.ChangeSet;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Holds in memory all that scheduling needs: read from the store once, then kept current by the changes of each write.
 *
 * <p>Owned by the thread of the {@link EvaluationLoop}.
 */
final class SchedulingState {

    // How many rows are read at a time.
    private static final int PAGE = 1000;

    private final Clocks clocks;
    private final Map<String, JobRecord> jobs = new HashMap<>();
    private final EvaluationQueue evaluations = new EvaluationQueue();
    private ClusterState cluster = new ClusterState();
    private long index;

    /** Counts the changes after which blocked evaluations may fit. */
    private long capacityChanges;

    /** When jobs are to be evaluated again although nothing changes. */
    private final FollowUps followUps = new FollowUps();

    /** Jobs whose newest evaluation has failed; their follow-up is due to that. */
    private final Set<String> failedJobs = new HashSet<>();

    /** System jobs that are not stopped. */
    private final Set<String> systemJobs = new HashSet<>();

    /** System jobs that have to be evaluated since a node in their datacenters has changed. */
    private final Set<String> systemJobsToSpread = new HashSet<>();

    /** The value of {@link #capacityChanges} when a plan was made whose write is under way, by job. */
    private final Map<String, Long> capacityChangesAtPlan = new HashMap<>();

    /**
     * Creates an empty state.
     *
     * @param clocks tell when stored times come
     */
    SchedulingState(Clocks clocks) {
        this.clocks = clocks;
    }

    /** Drops everything and reads it from the store. */
    void load(StoreReader reader) {
        // Read the index first: changes made during the reads arrive again as changes.
        index = reader.lastIndex();
        // Then the evaluations: an evaluation must not be planned on a state older than itself. One that is written
        // during the reads arrives as a change, together with what it is to react to.
        List<Evaluation> open = new ArrayList<>(reader.evaluations()
                .in(EvaluationStatus.EVALUATION_STATUS_PENDING, EvaluationStatus.EVALUATION_STATUS_BLOCKED));
        open.addAll(reader.evaluations().toFollowUp());
        cluster = new ClusterState();
        jobs.clear();
        systemJobs.clear();
        systemJobsToSpread.clear();
        evaluations.clear();
        failedJobs.clear();
        capacityChangesAtPlan.clear();
        loadJobs(reader);
        reader.nodes().forEach(cluster::putNode);
        List<Allocation> allocations = reader.allocations().toSchedule();
        jobs.values().forEach(job -> cluster.putJob(JobVersionCache.versionOf(job)));
        reader.jobs()
                .versionsOf(allocations.stream()
                        .filter(allocation -> !isNewest(allocation))
                        .toList())
                .forEach(cluster::putJob);
        allocations.forEach(cluster::putAllocation);
        reader.deployments().newest().forEach(cluster::putDeployment);
        reader.deployments().running().forEach(cluster::putDeployment);
        followUps.clear();
        allocations.forEach(this::followUp);
        // A job may have been deleted during the reads.
        open.stream().filter(one -> jobs.containsKey(one.getJobId())).forEach(this::put);
        evaluations.retryBlocked();
        // Nodes may have joined just before the last server ended.
        spreadSystemJobs(any -> true);
    }

    /** Returns true if an allocation runs the version of its job that is known as the newest. */
    private boolean isNewest(Allocation allocation) {
        JobRecord job = jobs.get(allocation.getJobId());
        return job != null && job.getVersion() == allocation.getJobVersion();
    }

    /** Applies the changes of a write; ignores changes that are not newer than this state. */
    void apply(ChangeSet changes) {
        if (changes.index() <= index) {
            return;
        }
        index = changes.index();
        changes.jobs().forEach(this::put);
        changes.nodes().forEach(cluster::putNode);
        changes.allocations().forEach(cluster::putAllocation);
        changes.deployments().forEach(cluster::putDeployment);
        changes.evaluations().forEach(this::put);
        changes.removedJobs().forEach(this::forgetJob);
        changes.removedNodes().forEach(cluster::removeNode);
        if (mayFreeCapacity(changes)) {
            retryBlocked();
        }
        Set<String> datacenters = changes.nodes().stream()
                .filter(NodeEligibility::isSchedulable)
                .map(Node::getDatacenter)
                .collect(Collectors.toSet());
        if (!datacenters.isEmpty()) {
            spreadSystemJobs(job -> isIn(job, datacenters));
        }
    }

    /**
     * Returns the system jobs that have to be evaluated since a node in their datacenters has joined, returned or
     * changed: they may need an allocation there. Returns each job once.
     */
    List<String> takeSystemJobsToSpread() {
        List<String> taken = List.copyOf(systemJobsToSpread);
        systemJobsToSpread.clear();
        return taken;
    }

    /**
     * Replaces the reservations of a job by those of its newest plan. Blocked evaluations are tried again if the job
     * gives up resources of a node without placing an allocation there: no other change would tell them.
     */
    void reserve(Job job, Plan plan) {
        Set<String> stillUsed = Stream.concat(
                        plan.reservations().stream().map(Reservation::nodeId),
                        plan.placements().stream()
                                .map(placement -> placement.node().getId()))
                .collect(Collectors.toSet());
        boolean givesUp =
                cluster.reservationsOf(job.getId()).stream().anyMatch(earlier -> !stillUsed.contains(earlier.nodeId()));
        cluster.reserve(job, plan.reservations());
        if (givesUp) {
            retryBlocked();
        }
    }

    /**
     * Counts allocations as placed whose write is under way, and preempted allocations as stopping, so that no other
     * plan uses the same resources.
     */
    void expect(JobRecord job, List<Allocation> placed, List<Allocation> preempted) {
        cluster.putJob(JobVersionCache.versionOf(job));
        preempted.forEach(allocation -> cluster.putAllocation(allocation.toBuilder()
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                .build()));
        placed.forEach(cluster::putAllocation);
        capacityChangesAtPlan.put(job.getJob().getId(), capacityChanges);
    }

    /** Removes allocations that were not stored; their resources are free. */
    void forget(List<Allocation> placed) {
        placed.forEach(allocation -> cluster.removeAllocation(allocation.getId()));
        if (!placed.isEmpty()) {
            retryBlocked();
        }
    }

    /** Makes an evaluation ready again. */
    void retry(Evaluation evaluation) {
        evaluations.retry(evaluation, jobOf(evaluation).getJob().getPriority());
    }

    /** Returns a snapshot for the plan of a job, on which another thread can plan. */
    JobSnapshot snapshot(String jobId, PlanDeadline deadline) {
        return new JobSnapshot(cluster.snapshot(jobId, deadline), job(jobId));
    }

    /** Returns a snapshot of everything, on which another thread can plan. */
    ClusterSnapshot snapshot(PlanDeadline deadline) {
        return new ClusterSnapshot(index, cluster.copy(deadline), List.copyOf(jobs.values()), evaluations.all());
    }

    /** Returns when jobs are to be evaluated again. */
    FollowUps followUps() {
        return followUps;
    }

    /** Returns the state to plan on. */
    ClusterState cluster() {
        return cluster;
    }

    /** Returns the pending and blocked evaluations. */
    EvaluationQueue evaluations() {
        return evaluations;
    }

    /** Returns a stored job. */
    Optional<JobRecord> job(String id) {
        return Optional.ofNullable(jobs.get(id));
    }

    /**
     * Returns the job of an evaluation.
     *
     * @throws IllegalStateException if the job is unknown
     */
    JobRecord jobOf(Evaluation evaluation) {
        return job(evaluation.getJobId())
                .orElseThrow(() -> new IllegalStateException(
                        "Evaluation %s is of the unknown job %s".formatted(evaluation.getId(), evaluation.getJobId())));
    }

    private static boolean mayFreeCapacity(ChangeSet changes) {
        return !changes.nodes().isEmpty() || changes.allocations().stream().anyMatch(AllocationStatuses::isTerminal);
    }

    private void retryBlocked() {
        capacityChanges++;
        evaluations.retryBlocked();
    }

    private void spreadSystemJobs(Predicate<Job> which) {
        systemJobs.stream()
                .filter(jobId -> !evaluations.isReady(jobId))
                .filter(jobId -> which.test(jobs.get(jobId).getJob()))
                .forEach(systemJobsToSpread::add);
    }

    /** Returns true if a job may run in one of these datacenters; a job without datacenters may run in all. */
    private static boolean isIn(Job job, Set<String> datacenters) {
        return job.getDatacentersCount() == 0
                || job.getDatacentersList().stream()
                        .map(Glob::new)
                        .anyMatch(glob -> datacenters.stream().anyMatch(glob::matches));
    }

    private void put(JobRecord job) {
        String jobId = job.getJob().getId();
        jobs.put(jobId, job);
        if (job.getJob().getType() == JobType.JOB_TYPE_SYSTEM && !job.getStopped()) {
            systemJobs.add(jobId);
        } else {
            systemJobs.remove(jobId);
        }
    }

    /** Returns true if the job's follow-up is due to an evaluation that has failed. */
    boolean hasFailed(String jobId) {
        return failedJobs.contains(jobId);
    }

    private void put(Evaluation evaluation) {
        evaluations.put(evaluation, jobOf(evaluation).getJob().getPriority());
        if (evaluation.getStatus() == EvaluationStatus.EVALUATION_STATUS_FAILED) {
            failedJobs.add(evaluation.getJobId());
            followUps.putEarlier(
                    evaluation.getJobId(), clocks.due(ProtoTimes.toInstantMillis(evaluation.getFollowUpTime())));
        } else {
            failedJobs.remove(evaluation.getJobId());
        }
        Long changesThen = capacityChangesAtPlan.remove(evaluation.getJobId());
        boolean isBlocked = evaluation.getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED;
        if (isBlocked && changesThen != null && changesThen < capacityChanges) {
            // Resources became free while the outcome was being written, before this evaluation was known to be
            // blocked.
            retry(evaluation);
        }
    }

    /** Sets the follow-up of an allocation whose reschedule was delayed before the server started. */
    private void followUp(Allocation allocation) {
        if (allocation.hasNextRescheduleTime()
                && allocation.getNextAllocationId().isEmpty()) {
            followUps.putEarlier(
                    allocation.getJobId(),
                    clocks.due(
                            ProtoTimes.toInstantMillis(allocation.getNextRescheduleTime()),
                            ProtoTimes.toInstantMillis(allocation.getModifyTime())));
        }
    }

    private void forgetJob(String jobId) {
        jobs.remove(jobId);
        systemJobs.remove(jobId);
        systemJobsToSpread.remove(jobId);
        capacityChangesAtPlan.remove(jobId);
        followUps.remove(jobId);
        failedJobs.remove(jobId);
        cluster.removeJob(jobId);
    }

    private void loadJobs(StoreReader reader) {
        String last = "";
        List<JobRecord> page;
        do {
            page = reader.jobs().page(last, "", PAGE);
            page.forEach(this::put);
            last = page.isEmpty() ? last : page.get(page.size() - 1).getJob().getId();
        } while (page.size() == PAGE);
    }
}
