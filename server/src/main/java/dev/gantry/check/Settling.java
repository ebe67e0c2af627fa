package dev.gantry.check;

import static java.util.stream.Collectors.groupingBy;

import dev.gantry.check.history.Event;
import dev.gantry.check.history.Event.Call;
import dev.gantry.check.history.Event.FinalChildren;
import dev.gantry.check.history.Event.FinalVersions;
import dev.gantry.check.history.JobState;
import dev.gantry.check.history.Operation.Read;
import dev.gantry.check.history.Outcome;
import dev.gantry.check.history.Outcome.Absent;
import dev.gantry.check.history.Outcome.Found;
import dev.gantry.client.AllocationQuery;
import dev.gantry.client.GantryClient;
import dev.gantry.client.GantryException;
import dev.gantry.client.JobQuery;
import dev.gantry.client.NotFoundException;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobType;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.View;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits, after the last fault, until the cluster has done what was asked, and records its state then. */
final class Settling {

    private static final long POLL_MILLIS = 300;

    /** The number of this client, after those of the plan. */
    private static final int READER = Integer.MAX_VALUE;

    private final GantryClient client;
    private final Recorder recorder;
    private final Watches watches;
    private final Duration patience;

    /** Why an object has not come to rest yet, by the id of the object. */
    private Map<String, String> restless = new TreeMap<>();

    /**
     * Prepares to wait.
     *
     * @param client reads
     * @param recorder records the end
     * @param watches the watches, which must have told everything
     * @param patience how long to wait
     */
    Settling(GantryClient client, Recorder recorder, Watches watches, Duration patience) {
        this.patience = patience;
        this.client = client;
        this.recorder = recorder;
        this.watches = watches;
    }

    /**
     * Waits, and records the state in the end, and what has not come to rest by then.
     *
     * @param jobs all service jobs that a client may have submitted
     */
    void run(Collection<String> jobs) throws InterruptedException {
        long deadline = recorder.now() + patience.toNanos();
        CountDownLatch never = new CountDownLatch(1);
        do {
            look();
        } while (!restless.isEmpty() && recorder.now() < deadline && !never.await(POLL_MILLIS, TimeUnit.MILLISECONDS));
        restless.forEach((object, why) -> recorder.record(new Event.Unsettled(recorder.now(), object, why)));
        recordEnd(jobs);
    }

    private void look() {
        restless = new TreeMap<>();
        try {
            client.nodes()
                    .list(View.VIEW_BASIC)
                    .filter(node -> node.getStatus() != NodeStatus.NODE_STATUS_READY)
                    .forEach(node ->
                            restless.put(node.getId(), "node %s is %s".formatted(node.getName(), node.getStatus())));
            Map<String, List<Allocation>> allocations =
                    allocations().stream().collect(groupingBy(Allocation::getJobId));
            client.jobs()
                    .list(JobQuery.ALL.whole())
                    .forEach(job ->
                            look(job, allocations.getOrDefault(job.getJob().getId(), List.of())));
        } catch (GantryException e) {
            restless.put("server", e.getMessage());
        }
    }

    private void look(JobRecord job, List<Allocation> allocations) {
        String id = job.getJob().getId();
        if (Workload.PARENTS.contains(id)) {
            return;
        }
        GetJobResponse now = client.jobs().get(id);
        EvaluationStatus evaluation = now.getEvaluation().getStatus();
        allocations.stream()
                .filter(allocation -> !AllocationStatuses.isTerminal(allocation))
                .filter(allocation ->
                        job.getStopped() || allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP)
                .forEach(allocation -> restless.put(
                        allocation.getId(), "an allocation of job %s is to stop, and has not".formatted(id)));
        if (evaluation == EvaluationStatus.EVALUATION_STATUS_PENDING) {
            restless.put(id, "its evaluation is pending");
        } else if (isIncomplete(now, allocations)) {
            restless.put(id, "its evaluation is %s, and its count is not reached".formatted(evaluation));
        }
        long newest = allocations.stream()
                .map(Allocation::getModifyIndex)
                .max(Comparator.naturalOrder())
                .orElse(0L);
        watches.toldUpTo(id)
                .filter(told -> told < Math.max(newest, job.getModifyIndex()))
                .ifPresent(told -> restless.put(id, "its watch has told all up to index %d only".formatted(told)));
    }

    private static boolean isIncomplete(GetJobResponse now, List<Allocation> allocations) {
        JobRecord job = now.getJob();
        boolean waits = job.getStopped()
                || now.getEvaluation().getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED
                || now.getDeployment().getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_RUNNING
                || allocations.stream().anyMatch(Allocation::hasNextRescheduleTime);
        return !waits
                && job.getJob().getType() == JobType.JOB_TYPE_SERVICE
                && allocations.stream().filter(AllocationStatuses::isWanted).count()
                        != job.getJob().getTaskGroups(0).getCount();
    }

    private List<Allocation> allocations() {
        List<Allocation> all =
                client.allocations().list(AllocationQuery.ALL.whole()).toList();
        recorder.observe(all);
        return all;
    }

    private void recordEnd(Collection<String> jobs) {
        try {
            allocations();
            jobs.forEach(this::recordEnd);
            for (String parent : Workload.PARENTS) {
                Map<String, String> tags = new TreeMap<>();
                client.jobs()
                        .list(JobQuery.ALL.childrenOf(parent).whole())
                        .forEach(child -> tags.put(
                                child.getJob().getId(), child.getJob().getMetaOrDefault(Workload.DISPATCH_TAG, "")));
                recorder.record(new FinalChildren(recorder.now(), parent, tags));
            }
        } catch (GantryException e) {
            recorder.record(new Event.Unsettled(recorder.now(), "server", "the end can't be read: " + e.getMessage()));
        }
    }

    private void recordEnd(String job) {
        long begin = recorder.now();
        Outcome found;
        List<JobState> versions = List.of();
        try {
            found = new Found(Workload.state(client.jobs().get(job).getJob()));
            versions = client.jobs()
                    .versions(job, View.VIEW_FULL)
                    .map(Workload::state)
                    .toList();
        } catch (NotFoundException e) {
            found = new Absent();
        }
        recorder.record(new Call(begin, recorder.now(), READER, "", new Read(job), found, 1));
        recorder.record(new FinalVersions(recorder.now(), job, versions));
    }
}
