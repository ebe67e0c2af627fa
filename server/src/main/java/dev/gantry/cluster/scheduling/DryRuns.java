package dev.gantry.cluster.scheduling;

import dev.gantry.cluster.DryRunTimeoutException;
import dev.gantry.cluster.OverloadedException;
import dev.gantry.cluster.SerialTask;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.state.PlanDeadline;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Job;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Runs dry runs one after the other in a thread of its own. Each plans on a snapshot that the {@link EvaluationLoop}
 * takes, so that a long one delays only other dry runs. A dry run that misses its deadline is given up.
 */
public final class DryRuns {

    // The most dry runs that may wait.
    private static final int QUEUED = 64;

    /** The deadline of a dry run, including the time it waits for earlier ones. */
    static final Duration DEADLINE = Duration.ofSeconds(10);

    private record Question(Job job, Job asSent, boolean hasFailed, long deadline, CompletableFuture<JobPlan> answer) {}

    private final StoreReader reader;
    private final EvaluationLoop loop;
    private final DryRun dryRun;
    private final LongSupplier nanoTime;
    private final SerialTask turn;
    private final BlockingQueue<Question> questions = new ArrayBlockingQueue<>(QUEUED);

    /**
     * Creates the runner.
     *
     * @param reader reads whether jobs have failed allocations
     * @param loop takes the snapshots
     * @param scheduler makes plans
     * @param options the cluster's scheduler configuration
     * @param clock tells the time to plan for
     * @param nanoTime tells elapsed time, in nanoseconds
     * @param executor one thread for dry runs alone, which waits for the loop; after shutdown it must ignore tasks
     */
    public DryRuns(
            StoreReader reader,
            EvaluationLoop loop,
            Scheduler scheduler,
            SchedulerOptions options,
            InstantSource clock,
            LongSupplier nanoTime,
            Executor executor) {
        this.reader = reader;
        this.loop = loop;
        this.dryRun = new DryRun(scheduler, options, clock);
        this.nanoTime = nanoTime;
        this.turn = new SerialTask(executor, this::takeTurn);
    }

    /**
     * Computes what a submission would do now. Reads from the store.
     *
     * @param job a valid job with its defaults filled in
     * @param asSent the same job as the client sent it
     * @return the plan; fails with {@link OverloadedException} or {@link DryRunTimeoutException}
     */
    public CompletableFuture<JobPlan> plan(Job job, Job asSent) {
        Question question = new Question(
                job,
                asSent,
                reader.activity().hasFailed(job.getId()),
                nanoTime.getAsLong() + DEADLINE.toNanos(),
                new CompletableFuture<>());
        if (!questions.offer(question)) {
            return CompletableFuture.failedFuture(new OverloadedException("dry runs", QUEUED));
        }
        turn.call();
        return question.answer();
    }

    private void takeTurn() {
        for (Question question = questions.poll(); question != null; question = questions.poll()) {
            try {
                question.answer().complete(answer(question));
            } catch (RuntimeException | StackOverflowError e) {
                question.answer().completeExceptionally(e);
            }
        }
    }

    private JobPlan answer(Question question) {
        PlanDeadline deadline = () -> {
            if (left(question) <= 0) {
                throw timeout(question);
            }
        };
        deadline.check();
        JobSnapshot snapshot = SnapshotRequests.await(
                loop.snapshot(question.job().getId(), deadline), left(question), () -> timeout(question));
        return dryRun.plan(snapshot, question.job(), question.asSent(), question.hasFailed());
    }

    private long left(Question question) {
        return question.deadline() - nanoTime.getAsLong();
    }

    private static DryRunTimeoutException timeout(Question question) {
        return new DryRunTimeoutException(question.job().getId(), DEADLINE);
    }
}
