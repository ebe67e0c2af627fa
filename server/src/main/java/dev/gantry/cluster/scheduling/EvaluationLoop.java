package dev.gantry.cluster.scheduling;

import dev.gantry.cluster.Clocks;
import dev.gantry.cluster.FailureLog;
import dev.gantry.cluster.Identifiers;
import dev.gantry.cluster.OverloadedException;
import dev.gantry.cluster.SerialTask;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.cluster.job.JobVersionCache;
import dev.gantry.cluster.scheduling.PlanWriter.Outcome;
import dev.gantry.model.ParentJobs;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.plan.StopCause;
import dev.gantry.scheduler.state.PlanDeadline;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.store.ChangeSet;
import dev.gantry.store.Store;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.JobRecord;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes evaluations one after the other, lets the scheduler plan each, and has the plans written, several at a time.
 *
 * <p>One thread owns all state. Placed allocations count at once, so that the next plan does not use the same resources
 * while the write is under way. If the write fails, they are removed again.
 */
public final class EvaluationLoop {

    private static final Logger LOG = LoggerFactory.getLogger(EvaluationLoop.class);

    // The most changes that may wait; beyond that, the whole state is read again.
    private static final int QUEUED_CHANGES = 16_384;
    // The most plans that are being written.
    private static final int PLANS_IN_FLIGHT = 64;
    // The first pause after a failure, or after the store was overloaded.
    private static final long PAUSE_MILLIS = 200;

    /** The delay of an evaluation that could not be planned or stored, multiplied by its failed attempts. */
    private static final long RETRY_MILLIS = 500;

    // In characters.
    private static final int LONGEST_DESCRIPTION = 1024;

    private record InFlight(Evaluation evaluation, Plan plan, List<Allocation> placed) {}

    /** The end of a plan's write: an outcome, or a failure. */
    private record Written(InFlight plan, Outcome outcome, Throwable failure) {}

    private final Store store;
    private final Scheduler scheduler;
    private final PlanWriter writer;
    private final SchedulerOptions options;
    private final Clocks clocks;
    private final EvaluationWrites writes;
    private final EvaluationTimers timers;
    private final SerialTask turn;

    private final BlockingQueue<ChangeSet> changes = new ArrayBlockingQueue<>(QUEUED_CHANGES);
    private final BlockingQueue<Written> written = new ArrayBlockingQueue<>(PLANS_IN_FLIGHT);
    private final SnapshotRequests snapshotRequests = new SnapshotRequests();
    private volatile boolean mustLoad = true;

    // Owned by the executor's thread.
    private final SchedulingState state;
    private final Set<String> jobsInFlight = new HashSet<>();
    private final Deliveries deliveries = new Deliveries();
    private final FailedTurns failedTurns = new FailedTurns(LOG, PAUSE_MILLIS);

    /**
     * Creates the loop.
     *
     * @param store stores plans
     * @param identifiers creates ids of allocations
     * @param evaluations creates evaluations of jobs with a follow-up and of preempted jobs
     * @param scheduler makes plans
     * @param options the cluster's scheduler configuration
     * @param clocks tell when allocations are created and follow-ups are due
     * @param executor one thread for this loop alone; after shutdown it must ignore tasks
     */
    public EvaluationLoop(
            Store store,
            Identifiers identifiers,
            Evaluations evaluations,
            Scheduler scheduler,
            SchedulerOptions options,
            Clocks clocks,
            ScheduledExecutorService executor) {
        this.store = store;
        this.scheduler = scheduler;
        this.writer = new PlanWriter(store, identifiers, evaluations, clocks.wall());
        this.options = options;
        this.clocks = clocks;
        this.state = new SchedulingState(clocks);
        this.turn = new SerialTask(executor, this::takeTurn);
        this.timers = new EvaluationTimers(executor, turn, clocks.steady());
        this.writes = new EvaluationWrites(store, evaluations, clocks, executor);
    }

    /** Starts the loop: reads the state of the cluster and continues with the evaluations that are not terminal. */
    public void start() {
        // Also called when the store serves again; until then nothing is planned, since nothing could be stored.
        store.health().listen(health -> turn.call());
    }

    /**
     * Takes in the changes of a write. Never blocks.
     *
     * @param change the changes
     */
    public void publish(ChangeSet change) {
        if (!changes.offer(change)) {
            // The queue is full: drop it and read the whole state again.
            mustLoad = true;
        }
        turn.call();
    }

    /**
     * Takes a snapshot for the plan of one job, on which another thread can plan. Never blocks.
     *
     * @param jobId the job, known or not
     * @param deadline the deadline of plans on the snapshot
     * @return the snapshot, once this loop has taken in what was written before; fails with
     *     {@link OverloadedException}. A future that its caller completes earlier gets no snapshot
     */
    CompletableFuture<JobSnapshot> snapshot(String jobId, PlanDeadline deadline) {
        return request(state -> state.snapshot(jobId, deadline));
    }

    /**
     * Takes a snapshot of everything, on which another thread can plan. Never blocks.
     *
     * @param deadline the deadline of plans on the snapshot
     * @return the snapshot, as for {@link #snapshot}
     */
    CompletableFuture<ClusterSnapshot> snapshot(PlanDeadline deadline) {
        return request(state -> state.snapshot(deadline));
    }

    private <T> CompletableFuture<T> request(Function<SchedulingState, T> snapshot) {
        CompletableFuture<T> answer = snapshotRequests.add(snapshot);
        turn.call();
        return answer;
    }

    private void takeTurn() {
        try {
            takeIn();
            if (mustLoad && jobsInFlight.isEmpty() && canGoOn()) {
                load();
            }
            if (!mustLoad) {
                snapshotRequests.answer(state);
                if (canGoOn()) {
                    followUp();
                    evaluate();
                    timers.setAlarm(state.followUps().next().orElse(Instant.MAX));
                }
                if (!timers.isPausing()) {
                    failedTurns.end();
                }
            }
        } catch (RuntimeException | StackOverflowError e) {
            mustLoad = true;
            timers.pause(failedTurns.fail(e));
        }
    }

    private boolean canGoOn() {
        return !timers.isPausing() && store.health().isServing();
    }

    private void takeIn() {
        for (Written plan = written.poll(); plan != null; plan = written.poll()) {
            finish(plan);
        }
        if (mustLoad) {
            // A change was dropped, so the rest cannot be applied; all of them will be read.
            changes.clear();
        }
        for (ChangeSet change = changes.poll(); change != null; change = changes.poll()) {
            state.apply(change);
        }
    }

    private void load() {
        // Reset the flag before dropping changes: a change that does not fit into the queue after that requests another
        // read.
        mustLoad = false;
        changes.clear();
        state.load(store.reader());
    }

    /** Queues evaluations of jobs whose follow-up is due, and of system jobs for which a node has joined or changed. */
    private void followUp() {
        Instant steady = clocks.steady().instant();
        for (Optional<String> due = state.followUps().poll(steady);
                due.isPresent();
                due = state.followUps().poll(steady)) {
            writes.queue(
                    due.get(),
                    state.hasFailed(due.get())
                            ? EvaluationTrigger.EVALUATION_TRIGGER_FAILED_FOLLOW_UP
                            : EvaluationTrigger.EVALUATION_TRIGGER_ALLOCATION_FAILED);
        }
        state.takeSystemJobsToSpread()
                .forEach(jobId -> writes.queue(jobId, EvaluationTrigger.EVALUATION_TRIGGER_NODE_CHANGED));
    }

    private void evaluate() {
        // Stop as soon as changes arrive: never plan on a state that is known to be old.
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
                    JobVersionCache.versionOf(job),
                    job.getStopped() || ParentJobs.isParent(job.getJob()),
                    clocks.wall().instant(),
                    options);
            carryOut(evaluation, job, plan);
        } catch (RuntimeException | StackOverflowError e) {
            // An evaluation that cannot be planned must not delay others.
            undelivered(evaluation, "it could not be planned", e);
        }
    }

    /** Retries an evaluation after a failed attempt, and fails it at the delivery limit, as Nomad does. */
    private void undelivered(Evaluation evaluation, String why, Throwable failure) {
        int failures = deliveries.fail(evaluation);
        if (failures < Deliveries.LIMIT) {
            LOG.debug("Evaluation {} of job {}: {}", evaluation.getId(), evaluation.getJobId(), why, failure);
            timers.after(failures * RETRY_MILLIS, () -> retry(evaluation));
            return;
        }
        deliveries.end(evaluation);
        String description = "After %d attempts: %s (%s)".formatted(failures, why, failure);
        LOG.error("Evaluation {} of job {} has failed: {}", evaluation.getId(), evaluation.getJobId(), why, failure);
        writes.fail(evaluation, description.substring(0, Math.min(description.length(), LONGEST_DESCRIPTION)));
    }

    private void retry(Evaluation evaluation) {
        if (state.job(evaluation.getJobId()).isPresent()) {
            state.retry(evaluation);
        }
    }

    private void carryOut(Evaluation evaluation, JobRecord job, Plan plan) {
        Evaluation outcome = EvaluationOutcome.of(evaluation, job, plan);
        state.reserve(job.getJob(), plan);
        plan.followUpTime()
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

    private static List<Allocation> preempted(Plan plan) {
        return plan.stops().stream()
                .filter(stop -> stop.cause() == StopCause.PREEMPTED)
                .map(Stop::allocation)
                .toList();
    }

    /**
     * Queues the result of a write. Called on the store's thread, after the change was published. The queue has space,
     * since each plan under way ends once.
     */
    private void land(InFlight flight, Outcome outcome, Throwable failure) {
        written.add(new Written(flight, outcome, failure));
        turn.call();
    }

    private void finish(Written plan) {
        Evaluation evaluation = plan.plan().evaluation();
        jobsInFlight.remove(evaluation.getJobId());
        if (plan.outcome() != Outcome.WRITTEN) {
            state.forget(plan.plan().placed());
            // Allocations were counted as stopping that are not: read their state again.
            mustLoad |= !preempted(plan.plan().plan()).isEmpty();
        }
        if (plan.failure() != null) {
            // The database and this state may differ: read all again after a second failed attempt.
            mustLoad |= deliveries.hasFailed(evaluation);
            undelivered(evaluation, "its plan could not be stored", FailureLog.cause(plan.failure()));
            return;
        }
        switch (plan.outcome()) {
            case WRITTEN, OBSOLETE -> deliveries.end(evaluation);
            case REJECTED -> state.retry(evaluation);
            case OVERLOADED -> {
                state.retry(evaluation);
                timers.pause(PAUSE_MILLIS);
            }
        }
    }
}
