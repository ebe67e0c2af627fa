package dev.gantry.cluster.scheduling;

import dev.gantry.cluster.DryRunTimeoutException;
import dev.gantry.cluster.SerialTask;
import dev.gantry.cluster.WhatIfLimitException;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.state.PlanDeadline;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.scheduler.whatif.Effects;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.WhatIfFit;
import dev.gantry.v1.WhatIfRequest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Answers what the cluster would do after some changes, one question after the other, in a thread of its own. Works on a
 * snapshot that the {@link EvaluationLoop} takes; writes nothing. A question that misses its deadline, or whose caller
 * has gone, is given up.
 */
public final class WhatIfs {

    /** The most questions that are computed or wait. */
    static final int LIMIT = 4;

    /** The deadline of a question, including the time it waits for earlier ones; shorter than that of clients. */
    static final Duration DEADLINE = Duration.ofSeconds(20);

    /**
     * An answer.
     *
     * @param index the cluster index of the state that was looked at
     * @param effects the effects of the changes
     * @param fits the answers to the questions what more fits, in their order
     */
    public record Answer(long index, Effects.Result effects, List<WhatIfFit> fits) {

        /** Copies the list. */
        public Answer {
            fits = List.copyOf(fits);
        }
    }

    private record Question(
            WhatIfRequest request,
            Set<String> failedJobs,
            BooleanSupplier isAbandoned,
            long deadline,
            CompletableFuture<Answer> answer) {}

    private final StoreReader reader;
    private final EvaluationLoop loop;
    private final WhatIfComputation computation;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final SerialTask turn;

    /** The question that is computed stays in the queue until it is answered, so that it counts. */
    private final BlockingQueue<Question> questions = new ArrayBlockingQueue<>(LIMIT);

    /**
     * Creates the runner.
     *
     * @param reader reads whether jobs have failed allocations
     * @param loop takes the snapshots
     * @param scheduler makes plans
     * @param options the cluster's scheduler configuration
     * @param clock tells the time to plan for
     * @param nanoTime tells elapsed time, in nanoseconds
     * @param executor one thread for this alone, which waits for the loop; after shutdown it must ignore tasks
     */
    public WhatIfs(
            StoreReader reader,
            EvaluationLoop loop,
            Scheduler scheduler,
            SchedulerOptions options,
            InstantSource clock,
            LongSupplier nanoTime,
            Executor executor) {
        this.reader = reader;
        this.loop = loop;
        this.computation = new WhatIfComputation(scheduler, options);
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.turn = new SerialTask(executor, this::takeTurn);
    }

    /**
     * Computes what the cluster would do. Reads from the store.
     *
     * @param request a valid request; its jobs have their defaults filled in
     * @param isAbandoned true once the caller does not wait any more; asked often, by another thread
     * @return the answer; fails with {@link WhatIfLimitException}, {@link DryRunTimeoutException}, or as the changes
     *     would
     */
    public CompletableFuture<Answer> ask(WhatIfRequest request, BooleanSupplier isAbandoned) {
        Set<String> failedJobs = WhatIfComputation.failedJobs(reader, request);
        Question question = new Question(
                request, failedJobs, isAbandoned, nanoTime.getAsLong() + DEADLINE.toNanos(), new CompletableFuture<>());
        if (!questions.offer(question)) {
            return CompletableFuture.failedFuture(new WhatIfLimitException(LIMIT));
        }
        turn.call();
        return question.answer();
    }

    private void takeTurn() {
        for (Question question = questions.peek(); question != null; question = questions.peek()) {
            try {
                Answer answer = answer(question);
                questions.remove();
                question.answer().complete(answer);
            } catch (RuntimeException | StackOverflowError e) {
                questions.remove();
                question.answer().completeExceptionally(e);
            }
        }
    }

    private Answer answer(Question question) {
        PlanDeadline deadline = () -> {
            if (left(question) <= 0 || question.isAbandoned().getAsBoolean()) {
                throw DryRunTimeoutException.whatIf(DEADLINE);
            }
        };
        deadline.check();
        ClusterSnapshot snapshot = SnapshotRequests.await(
                loop.snapshot(deadline), left(question), () -> DryRunTimeoutException.whatIf(DEADLINE));
        return computation.answer(question.request(), snapshot, question.failedJobs(), clock.instant());
    }

    private long left(Question question) {
        return question.deadline() - nanoTime.getAsLong();
    }
}
