package dev.gantry.cluster;

import dev.gantry.model.AllocationLife;
import dev.gantry.model.NodeLife;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.PlanDeadline;
import dev.gantry.store.ChangeSet;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * All that placement needs to know, in memory: read from the store once, then kept current by what each write changed.
 *
 * <p>Owned by the thread of the {@link EvaluationLoop}.
 */
final class SchedulingState {

    private static final int PAGE = 1000;

    private final Clocks clocks;
    private final Map<String, JobRecord> jobs = new HashMap<>();
    private final EvaluationQueue evaluations = new EvaluationQueue();
    private ClusterState cluster = new ClusterState();
    private long index;

    /** Counts what may have made room. */
    private long roomMade;

    /** When to look at jobs again though nothing changes. */
    private final FollowUps followUps = new FollowUps();

    /** Jobs whose newest evaluation has failed: their follow-up is for that. */
    private final Set<String> failedJobs = new HashSet<>();

    /** System jobs that are not stopped. */
    private final Set<String> systemJobs = new HashSet<>();

    /** Of these, those that a node has changed for since they were last looked at. */
    private final Set<String> systemJobsToSpread = new HashSet<>();

    /** What {@link #roomMade} was when the plan was made whose outcome is on its way, by job. */
    private final Map<String, Long> roomAtPlan = new HashMap<>();

    /** Begins empty; the clocks tell when a stored time comes. */
    SchedulingState(Clocks clocks) {
        this.clocks = clocks;
    }

    /** Forgets everything and reads it from the store. */
    void load(StoreReader reader) {
        // Read first: what changes meanwhile comes as a change once more.
        index = reader.lastIndex();
        cluster = new ClusterState();
        jobs.clear();
        systemJobs.clear();
        systemJobsToSpread.clear();
        evaluations.clear();
        failedJobs.clear();
        roomAtPlan.clear();
        loadJobs(reader);
        loadNodes(reader);
        List<Allocation> allocations = reader.allocations().toSchedule();
        reader.jobs().versionsOf(allocations).forEach(cluster::putJob);
        allocations.forEach(cluster::putAllocation);
        reader.deployments().newest().forEach(cluster::putDeployment);
        reader.deployments().running().forEach(cluster::putDeployment);
        followUps.clear();
        allocations.forEach(this::followUp);
        reader.evaluations()
                .in(EvaluationStatus.EVALUATION_STATUS_PENDING, EvaluationStatus.EVALUATION_STATUS_BLOCKED)
                .forEach(this::put);
        reader.evaluations().toFollowUp().forEach(this::put);
        evaluations.retryBlocked();
        // Nodes may have come when the last server was about to end.
        spreadSystemJobs(any -> true);
    }

    /** Takes in what a write changed. */
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
        if (makesRoom(changes)) {
            retryBlocked();
        }
        Set<String> datacenters = changes.nodes().stream()
                .filter(NodeLife::isOpen)
                .map(Node::getDatacenter)
                .collect(Collectors.toSet());
        if (!datacenters.isEmpty()) {
            spreadSystemJobs(job -> isIn(job, datacenters));
        }
    }

    /**
     * System jobs that have to be looked at since a node of their datacenters has joined, come back or changed: they want to be there too,
     * though all that they wanted before is placed. Each is told of once.
     */
    List<String> takeSystemJobsToSpread() {
        List<String> taken = List.copyOf(systemJobsToSpread);
        systemJobsToSpread.clear();
        return taken;
    }

    /**
     * Counts allocations as placed that are on their way to the store, with the outcome of the job's evaluation, and
     * those that have to go for them as being stopped, so that no other plan counts on them too.
     */
    void expect(JobRecord job, List<Allocation> placed, List<Allocation> preempted) {
        cluster.putJob(versionOf(job));
        preempted.forEach(allocation -> cluster.putAllocation(allocation.toBuilder()
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                .build()));
        placed.forEach(cluster::putAllocation);
        roomAtPlan.put(job.getJob().getId(), roomMade);
    }

    /** Forgets allocations that did not get into the store: what they seemed to take is free. */
    void forget(List<Allocation> placed) {
        placed.forEach(allocation -> cluster.removeAllocation(allocation.getId()));
        if (!placed.isEmpty()) {
            retryBlocked();
        }
    }

    /** Lets an evaluation be looked at once more. */
    void retry(Evaluation evaluation) {
        evaluations.retry(evaluation, jobOf(evaluation).getJob().getPriority());
    }

    /** All that the plan of a job has to know, as it is now, for another thread to plan on. */
    JobSnapshot look(String jobId, PlanDeadline deadline) {
        return new JobSnapshot(cluster.snapshot(jobId, deadline), job(jobId));
    }

    FollowUps followUps() {
        return followUps;
    }

    ClusterState cluster() {
        return cluster;
    }

    EvaluationQueue evaluations() {
        return evaluations;
    }

    Optional<JobRecord> job(String id) {
        return Optional.ofNullable(jobs.get(id));
    }

    JobRecord jobOf(Evaluation evaluation) {
        return job(evaluation.getJobId())
                .orElseThrow(() -> new IllegalStateException(
                        "Evaluation %s is of the unknown job %s".formatted(evaluation.getId(), evaluation.getJobId())));
    }

    static JobVersion versionOf(JobRecord job) {
        return JobVersion.newBuilder()
                .setJob(job.getJob())
                .setVersion(job.getVersion())
                .build();
    }

    private static boolean makesRoom(ChangeSet changes) {
        return !changes.nodes().isEmpty() || changes.allocations().stream().anyMatch(AllocationLife::isTerminal);
    }

    private void retryBlocked() {
        roomMade++;
        evaluations.retryBlocked();
    }

    private void spreadSystemJobs(Predicate<Job> which) {
        systemJobs.stream()
                .filter(jobId -> !evaluations.isReady(jobId))
                .filter(jobId -> which.test(jobs.get(jobId).getJob()))
                .forEach(systemJobsToSpread::add);
    }

    /** A job that names no datacenters is in all of them. */
    private static boolean isIn(Job job, Set<String> datacenters) {
        return job.getDatacentersCount() == 0
                || job.getDatacentersList().stream().anyMatch(datacenters::contains);
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
            followUps.putEarlier(evaluation.getJobId(), clocks.due(Times.toInstant(evaluation.getFollowUpTime())));
        } else {
            failedJobs.remove(evaluation.getJobId());
        }
        Long roomThen = roomAtPlan.remove(evaluation.getJobId());
        boolean isBlocked = evaluation.getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED;
        if (isBlocked && roomThen != null && roomThen < roomMade) {
            // Room was made while its outcome was on its way, when nobody knew that it would wait for it.
            retry(evaluation);
        }
    }

    /** What waited to be placed anew when the last server ended. */
    private void followUp(Allocation allocation) {
        if (allocation.hasRescheduleAt() && allocation.getNextAllocationId().isEmpty()) {
            followUps.putEarlier(
                    allocation.getJobId(),
                    clocks.due(
                            Times.toInstant(allocation.getRescheduleAt()),
                            Times.toInstant(allocation.getModifyTime())));
        }
    }

    private void forgetJob(String jobId) {
        jobs.remove(jobId);
        systemJobs.remove(jobId);
        systemJobsToSpread.remove(jobId);
        roomAtPlan.remove(jobId);
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

    private void loadNodes(StoreReader reader) {
        String lastName = "";
        String lastId = "";
        List<Node> page;
        do {
            page = reader.nodes().page(lastName, lastId, PAGE);
            page.forEach(cluster::putNode);
            lastName = page.isEmpty() ? lastName : page.get(page.size() - 1).getName();
            lastId = page.isEmpty() ? lastId : page.get(page.size() - 1).getId();
        } while (page.size() == PAGE);
    }
}
