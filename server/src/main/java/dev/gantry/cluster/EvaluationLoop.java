package dev.gantry.cluster;

import dev.gantry.cluster.PlanWriter.Outcome;
import dev.gantry.model.JobFamily;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.plan.GroupOutcome;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.plan.StopCause;
import dev.gantry.scheduler.state.PlanDeadline;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.store.ChangeSet;
import dev.gantry.store.Store;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.GroupScores;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.PlacementFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes evaluations, asks the scheduler for a plan, and has the plan written, one after the other, several being
 * written at a time.
 *
 * <p>All state is owned by one thread. What it places is counted as placed at once, so that the next plan does not place
 * on the same room while the write is on its way; if the write fails, it is taken back.
 */
public final class EvaluationLoop {

    private static final Logger LOG = LoggerFactory.getLogger(EvaluationLoop.class);

    private static final int QUEUED_CHANGES = 16_384;
    private static final int QUEUED_LOOKS = 64;
    private static final int PLANS_IN_FLIGHT = 64;
    private static final long PAUSE_MILLIS = 200;

    /** The whole cluster is read anew after such a pause, twice as long each time in a row, up to the last. */
    private static final long LONGEST_PAUSE_MILLIS = 30_000;

    /** How long an evaluation that could not be planned or stored waits for its next turn, times its failures. */
    private static final long RETRY_MILLIS = 500;

    /** When a job is looked at again of which an evaluation has failed; Nomad waits between one and ten minutes. */
    private static final Duration FOLLOW_UP_WAIT = Duration.ofMinutes(5);

    private static final int LONGEST_DESCRIPTION = 1024;

    private record Look(String jobId, PlanDeadline deadline, CompletableFuture<JobSnapshot> answer) {}

    private record InFlight(Evaluation evaluation, Plan plan, List<Allocation> placed) {}

    /** A plan's write has ended; if it has failed, there is a failure instead of an outcome. */
    private record Written(InFlight plan, Outcome outcome, Throwable failure) {}

    private final Store store;
    private final Scheduler scheduler;
    private final PlanWriter writer;
    private final Evaluations evaluations;
    private final SchedulerOptions options;
    private final Clocks clocks;
    private final ScheduledExecutorService executor;
    private final SerialTask turn;

    private final BlockingQueue<ChangeSet> changes = new ArrayBlockingQueue<>(QUEUED_CHANGES);
    private final BlockingQueue<Written> written = new ArrayBlockingQueue<>(PLANS_IN_FLIGHT);
    private final BlockingQueue<Look> looks = new ArrayBlockingQueue<>(QUEUED_LOOKS);
    private volatile boolean mustLoad = true;

    // Owned by the executor's thread.
    private final SchedulingState state;
    private final Set<String> jobsInFlight = new HashSet<>();
    private final Deliveries deliveries = new Deliveries();
    private boolean pausing;
    private long pauseMillis = PAUSE_MILLIS;
    private String lastFailure = "";
    private ScheduledFuture<?> alarm;
    private Instant alarmTime = Instant.MAX;

    /**
     * Makes the loop.
     *
     * @param store where plans are written
     * @param identifiers names allocations
     * @param evaluations makes evaluations of jobs whose time has come, and of those that others displace
     * @param options how the cluster wants its jobs placed
     * @param clocks tell when allocations are made, and when jobs are to be looked at again
     * @param executor one thread, of this loop alone; once it is shut down it must pass over what it is given
     */
    public EvaluationLoop(
            Store store,
            Identifiers identifiers,
            Evaluations evaluations,
            SchedulerOptions options,
            Clocks clocks,
            ScheduledExecutorService executor) {
        this.store = store;
        this.scheduler = new Scheduler();
        this.writer = new PlanWriter(store, identifiers, evaluations, clocks.wall());
        this.evaluations = evaluations;
        this.options = options;
        this.clocks = clocks;
        this.state = new SchedulingState(clocks);
        this.executor = executor;
        this.turn = new SerialTask(executor, this::takeTurn);
    }

    /** Begins: reads the state of the cluster and goes on where the last server ended. */
    public void start() {
        // Also when the store serves again: nothing is planned until then, since nothing could be stored.
        store.health().listen(health -> turn.call());
    }

    /**
     * Takes in what a write changed. Never waits.
     *
     * @param change what it changed
     */
    public void publish(ChangeSet change) {
        if (!changes.offer(change)) {
            // Too slow for the feed: one look at the whole is cheaper than to remember more of it.
            mustLoad = true;
        }
        turn.call();
    }

    /**
     * Takes a look at all that the plan of a job has to know, for another thread to plan on. Never waits.
     *
     * @param jobId the job, known or not
     * @param deadline how long plans on the snapshot may take
     * @return the snapshot, as soon as this loop has taken in what was written before; failed with {@link
     *     OverloadedException}. One that is completed by its caller before is not taken any more
     */
    CompletableFuture<JobSnapshot> look(String jobId, PlanDeadline deadline) {
        Look look = new Look(jobId, deadline, new CompletableFuture<>());
        if (!looks.offer(look)) {
            return CompletableFuture.failedFuture(new OverloadedException("dry runs", QUEUED_LOOKS));
        }
        turn.call();
        return look.answer();
    }

    private void takeTurn() {
        try {
            takeIn();
            if (mustLoad && jobsInFlight.isEmpty() && canGoOn()) {
                load();
            }
            if (!mustLoad) {
                takeLooks();
                if (canGoOn()) {
                    followUp();
                    evaluate();
                    setAlarm();
                }
                if (!pausing) {
                    pauseMillis = PAUSE_MILLIS;
                    lastFailure = "";
                }
            }
        } catch (RuntimeException | StackOverflowError e) {
            mustLoad = true;
            tellOnce("Scheduling failed; the state of the cluster is read anew in %d ms".formatted(pauseMillis), e);
            pause(pauseMillis);
            pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
        }
    }

    /** Logs a failure: with its stack trace once, then in one line, since a damaged database fails each load alike. */
    private void tellOnce(String consequence, Throwable failure) {
        if (failure.toString().equals(lastFailure)) {
            LOG.warn("{}, as before: {}", consequence, failure.getMessage());
        } else {
            FailureLog.tell(LOG, consequence, failure);
        }
        lastFailure = failure.toString();
    }

    private boolean canGoOn() {
        return !pausing && store.health().isServing();
    }

    private void takeIn() {
        for (Written plan = written.poll(); plan != null; plan = written.poll()) {
            finish(plan);
        }
        if (mustLoad) {
            // One is missing among them, so that they make no sense; all of them will be read.
            changes.clear();
        }
        for (ChangeSet change = changes.poll(); change != null; change = changes.poll()) {
            state.apply(change);
        }
    }

    private void load() {
        // Before the changes are dropped: one that does not fit any more from here on asks for another load.
        mustLoad = false;
        changes.clear();
        state.load(store.reader());
    }

    private void takeLooks() {
        for (Look look = looks.poll(); look != null; look = looks.poll()) {
            if (!look.answer().isDone()) {
                look.answer().complete(state.look(look.jobId(), look.deadline()));
            }
        }
    }

    /** Has the jobs looked at whose time has come, and the system jobs that a node has come for. */
    private void followUp() {
        Instant steady = clocks.steady().instant();
        Instant now = clocks.wall().instant();
        for (Optional<String> due = state.followUps().poll(steady);
                due.isPresent();
                due = state.followUps().poll(steady)) {
            queue(
                    due.get(),
                    state.hasFailed(due.get())
                            ? EvaluationTrigger.EVALUATION_TRIGGER_FAILED_FOLLOW_UP
                            : EvaluationTrigger.EVALUATION_TRIGGER_ALLOCATION_FAILED,
                    now);
        }
        state.takeSystemJobsToSpread()
                .forEach(jobId -> queue(jobId, EvaluationTrigger.EVALUATION_TRIGGER_NODE_CHANGED, now));
    }

    private void queue(String jobId, EvaluationTrigger trigger, Instant now) {
        store.write(transaction -> {
                    transaction
                            .job(jobId)
                            .ifPresent(job -> evaluations.queue(transaction, job, trigger, Times.toTimestamp(now)));
                    return null;
                })
                .exceptionally(failure -> {
                    FailureLog.tell(
                            LOG,
                            "Job %s was not looked at when its time came; it is tried again".formatted(jobId),
                            failure);
                    var unused = executor.schedule(
                            () -> queue(jobId, trigger, clocks.wall().instant()), RETRY_MILLIS, TimeUnit.MILLISECONDS);
                    return null;
                });
    }

    /** One timer, for the earliest of all times. */
    private void setAlarm() {
        Instant next = state.followUps().next().orElse(Instant.MAX);
        if (next.equals(alarmTime)) {
            return;
        }
        if (alarm != null) {
            alarm.cancel(false);
        }
        alarmTime = next;
        alarm = null;
        if (!next.equals(Instant.MAX)) {
            long millis = Math.max(
                            0, Duration.between(clocks.steady().instant(), next).toMillis())
                    + 1;
            alarm = executor.schedule(this::ring, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void ring() {
        // The clock may be behind the timer; a new one is then set.
        alarmTime = Instant.MAX;
        turn.call();
    }

    private void evaluate() {
        // Not on a state that is known to be old.
        while (canGoOn() && jobsInFlight.size() < PLANS_IN_FLIGHT && changes.isEmpty()) {
            Optional<Evaluation> next = state.evaluations().poll(jobsInFlight);
            if (next.isEmpty()) {
                return;
            }
            evaluate(next.get());
        }
    }

    private void evaluate(Evaluation evaluation) {
        try {
            JobRecord job = state.jobOf(evaluation);
            Plan plan = scheduler.plan(
                    state.cluster(),
                    SchedulingState.versionOf(job),
                    job.getStopped() || JobFamily.isParent(job.getJob()),
                    clocks.wall().instant(),
                    options);
            carryOut(evaluation, job, plan);
        } catch (RuntimeException | StackOverflowError e) {
            // One job that can't be planned must not hold up the others.
            undelivered(evaluation, "it could not be planned", e);
        }
    }

    /** As in Nomad: an evaluation that comes to nothing is looked at a few times, and then it has failed. */
    private void undelivered(Evaluation evaluation, String why, Throwable failure) {
        int failures = deliveries.fail(evaluation);
        if (failures < Deliveries.LIMIT) {
            LOG.debug("Evaluation {} of job {}: {}", evaluation.getId(), evaluation.getJobId(), why, failure);
            var unused = executor.schedule(() -> retry(evaluation), failures * RETRY_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        deliveries.end(evaluation);
        String description = "After %d attempts: %s (%s)".formatted(failures, why, failure);
        LOG.error("Evaluation {} of job {} has failed: {}", evaluation.getId(), evaluation.getJobId(), why, failure);
        fail(evaluation, description.substring(0, Math.min(description.length(), LONGEST_DESCRIPTION)));
    }

    private void retry(Evaluation evaluation) {
        if (state.job(evaluation.getJobId()).isPresent()) {
            state.retry(evaluation);
        }
        turn.call();
    }

    private void fail(Evaluation evaluation, String description) {
        Instant followUp = clocks.wall().instant().plus(FOLLOW_UP_WAIT);
        store.write(transaction -> {
                    transaction
                            .evaluation(evaluation.getId())
                            .filter(PlanWriter::isOpen)
                            .ifPresent(open -> transaction.putEvaluation(open.toBuilder()
                                    .setStatus(EvaluationStatus.EVALUATION_STATUS_FAILED)
                                    .setStatusDescription(description)
                                    .setFollowUpTime(Times.toTimestamp(followUp))
                                    .build()));
                    return null;
                })
                .exceptionally(failure -> {
                    FailureLog.tell(
                            LOG,
                            "Can't store that evaluation %s has failed; it is tried again"
                                    .formatted(evaluation.getId()),
                            failure);
                    var unused =
                            executor.schedule(() -> fail(evaluation, description), RETRY_MILLIS, TimeUnit.MILLISECONDS);
                    return null;
                });
    }

    private void carryOut(Evaluation evaluation, JobRecord job, Plan plan) {
        Evaluation outcome = outcome(evaluation, job, plan);
        plan.lookAgain()
                .ifPresentOrElse(
                        time -> state.followUps().put(evaluation.getJobId(), clocks.due(time)),
                        () -> state.followUps().remove(evaluation.getJobId()));
        if (plan.changesNothing() && outcome.equals(evaluation)) {
            state.evaluations().put(evaluation, job.getJob().getPriority());
            return;
        }
        List<Allocation> placed = plan.placements().stream()
                .map(placement -> writer.allocate(outcome, placement))
                .toList();
        state.expect(job, placed, preempted(plan));
        jobsInFlight.add(evaluation.getJobId());
        InFlight flight = new InFlight(evaluation, plan, placed);
        var unused =
                writer.write(outcome, plan, placed).whenComplete((result, failure) -> land(flight, result, failure));
    }

    private static Evaluation outcome(Evaluation evaluation, JobRecord job, Plan plan) {
        List<PlacementFailure> failures = plan.groups().stream()
                .map(GroupOutcome::failure)
                .flatMap(Optional::stream)
                .toList();
        return evaluation.toBuilder()
                .setJobVersion(job.getVersion())
                .clearFailures()
                .addAllFailures(failures)
                .clearScores()
                .addAllScores(scores(evaluation, plan))
                .setStatus(
                        failures.isEmpty()
                                ? EvaluationStatus.EVALUATION_STATUS_COMPLETE
                                : EvaluationStatus.EVALUATION_STATUS_BLOCKED)
                .build();
    }

    /** Of a group that nothing is placed for now, those of the last time stay. */
    private static List<GroupScores> scores(Evaluation evaluation, Plan plan) {
        Map<String, GroupScores> scores = new LinkedHashMap<>();
        evaluation.getScoresList().forEach(known -> scores.put(known.getTaskGroup(), known));
        plan.groups().stream()
                .filter(group -> !group.scores().isEmpty())
                .forEach(group -> scores.put(
                        group.taskGroup(),
                        GroupScores.newBuilder()
                                .setTaskGroup(group.taskGroup())
                                .addAllScores(group.scores())
                                .build()));
        return List.copyOf(scores.values());
    }

    private static List<Allocation> preempted(Plan plan) {
        return plan.stops().stream()
                .filter(stop -> stop.cause() == StopCause.PREEMPTED)
                .map(Stop::allocation)
                .toList();
    }

    /** On the store's thread, after it has told of the change. There is room: each plan in flight lands once. */
    private void land(InFlight flight, Outcome outcome, Throwable failure) {
        written.add(new Written(flight, outcome, failure));
        turn.call();
    }

    private void finish(Written plan) {
        Evaluation evaluation = plan.plan().evaluation();
        jobsInFlight.remove(evaluation.getJobId());
        if (plan.outcome() != Outcome.WRITTEN) {
            state.forget(plan.plan().placed());
            // What was counted as being stopped is not; what it is now, the store knows.
            mustLoad |= !preempted(plan.plan().plan()).isEmpty();
        }
        if (plan.failure() != null) {
            // The database and this memory may differ: after a second time in a row all is read anew, once.
            mustLoad |= deliveries.hasFailed(evaluation);
            undelivered(evaluation, "its plan could not be stored", FailureLog.cause(plan.failure()));
            return;
        }
        switch (plan.outcome()) {
            case WRITTEN, OBSOLETE -> deliveries.end(evaluation);
            case REJECTED -> state.retry(evaluation);
            case OVERLOADED -> {
                state.retry(evaluation);
                pause(PAUSE_MILLIS);
            }
        }
    }

    private void pause(long millis) {
        if (!pausing) {
            pausing = true;
            var unused = executor.schedule(this::resume, millis, TimeUnit.MILLISECONDS);
        }
    }

    private void resume() {
        pausing = false;
        turn.call();
    }
}
