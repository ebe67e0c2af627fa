package dev.gantry.cli;

import dev.gantry.cli.Progress.Standing;
import dev.gantry.client.GantryClient;
import dev.gantry.client.Watch;
import dev.gantry.v1.WatchJobResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * Follows a job until what it was asked for is over, or time is.
 *
 * @param context where to print
 * @param client whom to ask
 * @param timeout for how long to follow; zero: for ever
 */
record Monitor(CliContext context, GantryClient client, Duration timeout) {

    /** What waits for room is looked at anew as soon as something has ended: it is stuck once nothing comes of that. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    private static final Duration FOREVER = Duration.ofDays(10_000);

    /** Follows a job; returns the exit code. */
    int follow(String jobId, Progress progress) {
        Standing standing;
        try (Watch<WatchJobResponse> watch = client.jobs().watch(jobId)) {
            standing = follow(watch, progress);
        }
        if (standing == Standing.DONE) {
            context.print("==> " + progress.verdict(standing));
            return GantryCli.DONE;
        }
        context.console().err().println("error: " + progress.verdict(standing));
        return GantryCli.FAILED;
    }

    private Standing follow(Watch<WatchJobResponse> watch, Progress progress) {
        Duration longest = timeout.isZero() ? FOREVER : timeout;
        long begun = context.nanoTime().getAsLong();
        Standing standing = Standing.GOES_ON;
        while (isOpen(standing, progress)) {
            Duration left = longest.minusNanos(context.nanoTime().getAsLong() - begun);
            Duration quiet = switch (standing) {
                case STUCK -> QUIET;
                case DONE -> progress.settling();
                default -> left;
            };
            boolean isLast = left.compareTo(quiet) <= 0;
            Optional<WatchJobResponse> update = watch.poll(isLast ? left : quiet);
            if (update.isEmpty()) {
                return isLast && standing == Standing.DONE && progress.isDoubtful() ? Standing.GOES_ON : standing;
            }
            standing = progress.accept(update.get());
        }
        return standing;
    }

    private static boolean isOpen(Standing standing, Progress progress) {
        return switch (standing) {
            case GOES_ON, STUCK -> true;
            case DONE -> !progress.settling().isZero();
            case FAILED -> false;
        };
    }
}
