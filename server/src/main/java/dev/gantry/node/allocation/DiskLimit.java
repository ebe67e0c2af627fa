package dev.gantry.node.allocation;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Decides what follows from the measured size of an allocation's directory. One that is larger than its limit is told first,
 * and fails only if it stays larger for a while: a task may be about to delete what it has written. Owned by the owner thread.
 */
final class DiskLimit {

    private final Duration grace;
    private Optional<Instant> largerSince = Optional.empty();

    /** What follows. */
    enum Verdict {
        /** It is within its limit. */
        FITS,
        /** It is larger for the first time: tell it. */
        WARN,
        /** It is still larger: wait. */
        WAIT,
        /** It has been larger for too long. */
        FAIL
    }

    /**
     * Begins with an allocation that was not measured yet.
     *
     * @param grace how long an allocation may be larger than its limit
     */
    DiskLimit(Duration grace) {
        this.grace = grace;
    }

    /**
     * Judges a measurement.
     *
     * @param size the size in bytes
     * @param limit the limit in bytes
     * @param now the time, of a clock that never jumps
     */
    Verdict judge(long size, long limit, Instant now) {
        if (size <= limit) {
            largerSince = Optional.empty();
            return Verdict.FITS;
        }
        if (largerSince.isEmpty()) {
            largerSince = Optional.of(now);
            return Verdict.WARN;
        }
        return now.isBefore(largerSince.get().plus(grace)) ? Verdict.WAIT : Verdict.FAIL;
    }
}
