package dev.gantry.api;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Counts the calls, open streams and bytes of the callers with one token, or from one peer. Thread-safe. */
final class CallAccount {

    /** After a pause, callers may use at once what they have not used for as long. */
    private static final int BURST_SECONDS = 10;

    private static final double MEBIBYTE = 1024 * 1024;

    private final String options;
    private final String who;
    private final CallLimits.Limit limit;
    private final TokenBucket calls;
    private final TokenBucket bytes;

    // Guarded by this.
    private int streams;

    /**
     * Makes an account of which nothing is used.
     *
     * @param options the beginning of the names of the options that set the limits
     * @param who the callers, for messages
     * @param limit the limits
     * @param nanoTime a monotonic clock, as {@link System#nanoTime}
     */
    CallAccount(String options, String who, CallLimits.Limit limit, LongSupplier nanoTime) {
        this.options = options;
        this.who = who;
        this.limit = limit;
        this.calls =
                new TokenBucket(Math.max(1, limit.calls()), BURST_SECONDS * Math.max(1.0, limit.calls()), nanoTime);
        double rate = Math.max(1, limit.mebibytes()) * MEBIBYTE;
        this.bytes = new TokenBucket(rate, BURST_SECONDS * rate, nanoTime);
    }

    /**
     * Counts a call.
     *
     * @return why the call is refused, and not counted; empty if it may go on. Then {@link #leave} follows
     */
    synchronized Optional<StatusRuntimeException> enter(boolean isStream) {
        if (isStream && limit.streams() > 0 && streams >= limit.streams()) {
            return Optional.of(StatusMapping.overLimit(
                    "%s has %d open streams, and no more may be: end some".formatted(who, streams),
                    options + "-streams",
                    Optional.empty()));
        }
        Duration debt = patience();
        if (!debt.isZero()) {
            return Optional.of(StatusMapping.overLimit(
                    "The calls of %s have more than %d MiB a second: repeat the call later"
                            .formatted(who, limit.mebibytes()),
                    options + "-mib",
                    Optional.of(debt)));
        }
        Duration wait = limit.calls() == 0 ? Duration.ZERO : calls.take(1);
        if (!wait.isZero()) {
            return Optional.of(StatusMapping.overLimit(
                    "%s makes more than %d calls a second: repeat the call later".formatted(who, limit.calls()),
                    options + "-calls",
                    Optional.of(wait)));
        }
        if (isStream) {
            streams++;
        }
        return Optional.empty();
    }

    /** Counts the end of a call. */
    synchronized void leave(boolean isStream) {
        if (isStream) {
            streams--;
        }
    }

    /** Counts bytes. They may be more than there is room for: later calls wait for that. */
    void use(int count) {
        if (limit.mebibytes() > 0) {
            var unused = bytes.owe(count, Double.MAX_VALUE);
        }
    }

    /** Returns how long it takes until there is room for bytes again. */
    Duration patience() {
        return limit.mebibytes() == 0 ? Duration.ZERO : bytes.patience();
    }

    /** Returns true if the account has open streams, so that it can't be forgotten. */
    synchronized boolean isInUse() {
        return streams > 0;
    }
}
