package dev.gantry.cli;

import dev.gantry.cli.JobProgress.State;
import dev.gantry.client.GantryClient;
import dev.gantry.client.Watch;
import dev.gantry.v1.WatchJobResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * Follows a job until a submission or a stop has its outcome, or until a timeout.
 *
 * @param context the context to print to
 * @param client the client
 * @param timeout how long to follow; zero: without limit
 */
record JobMonitor(CliContext context, GantryClient client, Duration timeout) {

    /**
     * How long a blocked job must not change before it counts as blocked. The server evaluates a blocked job again as
     * soon as resources become free.
     */
    private static final Duration QUIET = Duration.ofSeconds(1);

    private static final Duration FOREVER = Duration.ofDays(10_000);

    /** Follows a job. Returns the exit code. */
    int follow(String jobId, JobProgress progress) {
        State state;
        try (Watch<WatchJobResponse> watch = client.jobs().watch(jobId)) {
            state = follow(watch, progress);
        }
        if (state == State.DONE || state == State.AWAITS_PROMOTION) {
            context.print("==> " + progress.verdict(state));
            return GantryCli.DONE;
        }
        context.console().err().println("error: " + progress.verdict(state));
        return GantryCli.FAILED;
    }

    private State follow(Watch<WatchJobResponse> watch, JobProgress progress) {
        Duration longest = timeout.isZero() ? FOREVER : timeout;
        long begun = context.nanoTime().getAsLong();
        State state = State.IN_PROGRESS;
        while (isOpen(state, progress)) {
            Duration left = longest.minusNanos(context.nanoTime().getAsLong() - begun);
            Duration quiet = switch (state) {
                case BLOCKED -> QUIET;
                case DONE -> progress.settleTime();
                default -> left;
            };
            boolean isLast = left.compareTo(quiet) <= 0;
            Optional<WatchJobResponse> update = watch.poll(isLast ? left : quiet);
            if (update.isEmpty()) {
                return isLast && state == State.DONE && progress.mustSettle() ? State.IN_PROGRESS : state;
            }
            state = progress.accept(update.get());
        }
        return state;
    }

    private static boolean isOpen(State state, JobProgress progress) {
        return switch (state) {
            case IN_PROGRESS, BLOCKED, AWAITS_PROMOTION -> true;
            case DONE -> !progress.settleTime().isZero();
            case FAILED -> false;
        };
    }
}
