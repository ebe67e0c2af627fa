package dev.gantry.cluster.job;

import com.google.protobuf.Timestamp;
import dev.gantry.cluster.IndexMismatchException;
import dev.gantry.cluster.InvalidFieldException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.RepeatedRequests;
import dev.gantry.cluster.RequestIdReusedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.model.ProtoTimes;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.store.AllocationFilter;
import dev.gantry.store.Store;
import dev.gantry.store.Submission;
import dev.gantry.store.WriteTransaction;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Stores and stops jobs. Each call is one transaction: the job and its evaluation are stored together or not at all.
 */
public final class JobRegistry {

    /** How many allocations are read at a time. */
    private static final int PAGE = 1000;

    private final Store store;
    private final Evaluations evaluations;
    private final InstantSource clock;

    /**
     * Creates a registry.
     *
     * @param store the store with the jobs
     * @param evaluations creates evaluations
     * @param clock tells submit times
     */
    public JobRegistry(Store store, Evaluations evaluations, InstantSource clock) {
        this.store = store;
        this.evaluations = evaluations;
        this.clock = clock;
    }

    /**
     * Stores a job and queues an evaluation. {@link VersionRule} decides the version.
     *
     * @param job a valid job with its defaults filled in
     * @param options the options of the submission
     * @return completed once the job is on disk. Fails with {@link IndexMismatchException},
     *     {@link RequestIdReusedException}, or {@link RefusedException} if {@link JobKindRule} forbids the change
     */
    public CompletableFuture<Submission> submit(Job job, SubmissionOptions options) {
        Instant now = clock.instant();
        return store.writeOfClient(transaction -> {
            Optional<Submission> before = RepeatedRequests.answered(
                    transaction, Submission.Kind.SUBMIT, options.requestId(), job.getId()::equals);
            return before.orElseGet(() -> submit(transaction, Submission.Kind.SUBMIT, job, options, now));
        });
    }

    /**
     * Submits an older version of a job again.
     *
     * @param jobId the job
     * @param version the version to revert to
     * @param options the options of the submission
     * @return completed once the job is on disk. Fails with {@link UnknownObjectException}, with {@link
     *     RequestIdReusedException}, with {@link RefusedException} if the version is the newest or of another kind, or
     *     with {@link IndexMismatchException}
     */
    public CompletableFuture<Submission> revert(String jobId, long version, SubmissionOptions options) {
        Instant now = clock.instant();
        return store.writeOfClient(transaction -> {
            Optional<Submission> before =
                    RepeatedRequests.answered(transaction, Submission.Kind.REVERT, options.requestId(), jobId::equals);
            return before.orElseGet(() -> revert(transaction, jobId, version, options, now));
        });
    }

    /**
     * Submits a job again with another count of one group. Nothing else of the job changes.
     *
     * @param jobId the job
     * @param group the name of the group; empty: the job's only one
     * @param count the new count
     * @param options the options of the submission
     * @param check is given the job that would be submitted; the call fails with what it throws
     * @return completed once the job is on disk. Fails with {@link UnknownObjectException}, with {@link
     *     RequestIdReusedException}, with {@link InvalidFieldException} if the job has no such group, with {@link
     *     RefusedException} if the job is stopped, or with {@link IndexMismatchException}
     */
    public CompletableFuture<Submission> scale(
            String jobId, String group, int count, SubmissionOptions options, Consumer<Job> check) {
        Instant now = clock.instant();
        return store.writeOfClient(transaction -> RepeatedRequests.answered(
                        transaction, Submission.Kind.SCALE, options.requestId(), jobId::equals)
                .orElseGet(() -> {
                    JobRecord stored = findStarted(transaction, jobId);
                    Job scaled = GroupCount.change(stored.getJob(), group, count);
                    check.accept(scaled);
                    return submit(transaction, Submission.Kind.SCALE, scaled, options, now);
                }));
    }

    /**
     * Queues an evaluation of a job.
     *
     * @param jobId the job
     * @param reschedules true to reschedule its failed allocations now, whatever their reschedule policy says
     * @param requestId makes the call safe to repeat
     * @return the id of the evaluation. Fails with {@link UnknownObjectException}, with {@link
     *     RequestIdReusedException}, or with {@link RefusedException} if the job is stopped, or never has allocations
     */
    public CompletableFuture<String> evaluate(String jobId, boolean reschedules, Optional<String> requestId) {
        Instant now = clock.instant();
        return store.writeOfClient(transaction -> RepeatedRequests.answered(
                                transaction, Submission.Kind.EVALUATE, requestId, jobId::equals)
                        .orElseGet(() -> {
                            Submission answer = evaluate(transaction, jobId, reschedules, now);
                            RepeatedRequests.remember(transaction, requestId, answer);
                            return answer;
                        }))
                .thenApply(Submission::evaluationId);
    }

    private Submission evaluate(WriteTransaction transaction, String jobId, boolean reschedules, Instant now) {
        JobRecord job = findStarted(transaction, jobId);
        if (job.getJob().hasPeriodic() || job.getJob().hasParameterized()) {
            throw new RefusedException("Job %s is %s, so it has no allocations: evaluate one of its children"
                    .formatted(jobId, job.getJob().hasPeriodic() ? "periodic" : "parameterized"));
        }
        if (reschedules) {
            rescheduleFailed(transaction, jobId, ProtoTimes.toTimestampMillis(now));
        }
        Evaluation evaluation = evaluations.queue(
                transaction, job, EvaluationTrigger.EVALUATION_TRIGGER_REQUESTED, ProtoTimes.toTimestampMillis(now));
        return new Submission(
                Submission.Kind.EVALUATE, jobId, job.getVersion(), evaluation.getId(), job.getModifyIndex(), now);
    }

    /** Sets the time at which the scheduler reschedules, which it follows whatever the reschedule policy says. */
    private static void rescheduleFailed(WriteTransaction transaction, String jobId, Timestamp now) {
        AllocationFilter failed = new AllocationFilter(
                Optional.of(jobId), Optional.empty(), Optional.of(ClientStatus.CLIENT_STATUS_FAILED));
        String before = "";
        List<Allocation> page = transaction.reader().allocations().page(failed, before, PAGE);
        while (!page.isEmpty()) {
            page.stream()
                    .filter(ClusterState::isWithoutSuccessor)
                    .forEach(allocation -> transaction.updateClient(
                            allocation.toBuilder().setNextRescheduleTime(now).build()));
            before = page.get(page.size() - 1).getId();
            page = transaction.reader().allocations().page(failed, before, PAGE);
        }
    }

    private static JobRecord findStarted(WriteTransaction transaction, String jobId) {
        JobRecord job = find(transaction, jobId);
        if (job.getStopped()) {
            throw new RefusedException("Job %s is stopped: submit it again".formatted(jobId));
        }
        return job;
    }

    /**
     * Stops all allocations of a job. Does nothing if the job is stopped already.
     *
     * @param jobId the job
     * @param requestId makes the call safe to repeat: a job that was submitted since the first call is not stopped
     *     again
     * @return the stopped version and the evaluation that stops it. Fails with {@link UnknownObjectException} or
     *     {@link RequestIdReusedException}
     */
    public CompletableFuture<Submission> stop(String jobId, Optional<String> requestId) {
        Instant now = clock.instant();
        return store.writeOfClient(transaction -> {
            Optional<Submission> before =
                    RepeatedRequests.answered(transaction, Submission.Kind.STOP, requestId, jobId::equals);
            return before.orElseGet(() -> {
                Submission answer = stop(transaction, jobId, now);
                RepeatedRequests.remember(transaction, requestId, answer);
                return answer;
            });
        });
    }

    /**
     * Deletes a stopped job that has ended, with all its objects and its children.
     *
     * @param jobId the job
     * @param checkIndex the modify_index that the stored job must have; empty: not checked
     * @return completed once the job is deleted on disk. Fails with {@link UnknownObjectException}, with {@link
     *     IndexMismatchException}, or with {@link RefusedException} if the job is not stopped, or it or a child has not ended. Children that have ended may be
     *     deleted then
     */
    public CompletableFuture<Void> purge(String jobId, OptionalLong checkIndex) {
        return store.writeOfClient(transaction -> purgeSome(transaction, jobId, checkIndex))
                .thenCompose(isDone -> isDone ? CompletableFuture.completedFuture(null) : purge(jobId, checkIndex));
    }

    /** Deletes some children, or the job if it has none any more. Returns true if the job is deleted. */
    private static boolean purgeSome(WriteTransaction transaction, String jobId, OptionalLong checkIndex) {
        JobRecord job = find(transaction, jobId);
        checkIndex(jobId, checkIndex, Optional.of(job));
        if (!job.getStopped()) {
            throw new RefusedException("Job %s is not stopped: stop it first".formatted(jobId));
        }
        List<String> children = transaction.reader().activity().children(jobId, PAGE);
        List<String> batch = children.isEmpty() ? List.of(jobId) : children;
        if (transaction.beginDeletion().jobs(batch, Long.MAX_VALUE) < batch.size()) {
            throw new RefusedException("%s of job %s has not ended: try again once it has"
                    .formatted(children.isEmpty() ? "An allocation or an evaluation" : "A child", jobId));
        }
        return children.isEmpty();
    }

    /**
     * Stops one allocation. If the job still needs it, the scheduler replaces it.
     *
     * @param allocationId the full id of the allocation
     * @return the evaluation that replaces it; fails with {@link UnknownObjectException}
     */
    public CompletableFuture<Evaluation> stopAllocation(String allocationId) {
        Timestamp now = now();
        return store.writeOfClient(transaction -> {
            Allocation allocation = transaction
                    .allocation(allocationId)
                    .orElseThrow(() -> new UnknownObjectException("allocation", allocationId));
            JobRecord job = find(transaction, allocation.getJobId());
            if (!AllocationStatuses.isWanted(allocation)) {
                return transaction
                        .reader()
                        .evaluations()
                        .newestOf(allocation.getJobId())
                        .orElseThrow();
            }
            transaction.updateDesired(allocation.toBuilder()
                    .setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                    .setDescription("stopped on request")
                    .setModifyTime(now)
                    .build());
            return evaluations.queue(transaction, job, EvaluationTrigger.EVALUATION_TRIGGER_ALLOCATION_STOPPED, now);
        });
    }

    private Submission revert(
            WriteTransaction transaction, String jobId, long version, SubmissionOptions options, Instant now) {
        if (find(transaction, jobId).getVersion() == version) {
            throw new RefusedException(
                    "Version %d of job %s is the newest: name an older one".formatted(version, jobId));
        }
        Job older = transaction
                .reader()
                .jobs()
                .findVersion(jobId, version)
                .orElseThrow(() -> UnknownObjectException.version(version, jobId))
                .getJob();
        return submit(transaction, Submission.Kind.REVERT, older, options, now);
    }

    private Submission stop(WriteTransaction transaction, String jobId, Instant now) {
        JobRecord job = find(transaction, jobId);
        if (job.getStopped()) {
            Evaluation newest =
                    transaction.reader().evaluations().newestOf(jobId).orElseThrow();
            return new Submission(
                    Submission.Kind.STOP, jobId, job.getVersion(), newest.getId(), job.getModifyIndex(), now);
        }
        JobWriter.cancelDeployments(transaction, jobId, "the job was stopped");
        JobRecord stopped = transaction.putJob(job.toBuilder().setStopped(true).build());
        Evaluation evaluation = evaluations.queue(
                transaction,
                stopped,
                EvaluationTrigger.EVALUATION_TRIGGER_JOB_STOPPED,
                ProtoTimes.toTimestampMillis(now));
        return new Submission(
                Submission.Kind.STOP, jobId, job.getVersion(), evaluation.getId(), stopped.getModifyIndex(), now);
    }

    private Submission submit(
            WriteTransaction transaction, Submission.Kind kind, Job job, SubmissionOptions options, Instant now) {
        Optional<JobRecord> stored = transaction.job(job.getId());
        checkIndex(job.getId(), options.checkIndex(), stored);
        JobRecord record = store(transaction, job, stored, now);
        Evaluation evaluation = evaluations.queue(
                transaction,
                record,
                EvaluationTrigger.EVALUATION_TRIGGER_JOB_SUBMITTED,
                ProtoTimes.toTimestampMillis(now));
        Submission submission = new Submission(
                kind, job.getId(), record.getVersion(), evaluation.getId(), record.getModifyIndex(), now);
        RepeatedRequests.remember(transaction, options.requestId(), submission);
        return submission;
    }

    private static JobRecord store(WriteTransaction transaction, Job job, Optional<JobRecord> stored, Instant now) {
        boolean hasFailed =
                stored.isPresent() && transaction.reader().activity().hasFailed(job.getId());
        long version = VersionRule.version(stored, job, hasFailed);
        if (stored.isPresent() && stored.get().getVersion() == version) {
            return transaction.putJob(stored.get());
        }
        return JobWriter.putVersion(transaction, job, version, stored, now);
    }

    private static void checkIndex(String jobId, OptionalLong checkIndex, Optional<JobRecord> stored) {
        long found = stored.map(JobRecord::getModifyIndex).orElse(0L);
        if (checkIndex.isPresent() && checkIndex.getAsLong() != found) {
            throw IndexMismatchException.ofJob(jobId, checkIndex.getAsLong(), found);
        }
    }

    private static JobRecord find(WriteTransaction transaction, String jobId) {
        return transaction.job(jobId).orElseThrow(() -> new UnknownObjectException("job", jobId));
    }

    private Timestamp now() {
        return ProtoTimes.toTimestampMillis(clock.instant());
    }
}
