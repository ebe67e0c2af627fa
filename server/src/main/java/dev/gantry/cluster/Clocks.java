package dev.gantry.cluster;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The two clocks of a server.
 *
 * @param wall the time of day, which is stored; it jumps when the machine's clock is set
 * @param steady a clock that never jumps, for durations; its readings mean nothing to another process
 */
public record Clocks(InstantSource wall, InstantSource steady) {

    /**
     * Converts a stored time to the steady clock.
     *
     * @param time a time of the wall clock
     * @return the time by the steady clock; now if the time has passed
     */
    public Instant due(Instant time) {
        Duration left = Duration.between(wall.instant(), time);
        return left.isNegative() ? steady.instant() : steady.instant().plus(left);
    }

    /**
     * Converts a stored time to the steady clock, for a time that was set at a known moment. If that moment lies in the
     * future, the wall clock was set back since, and the wait begins again.
     *
     * @param time a time of the wall clock
     * @param setAt when the time was set, by the wall clock
     * @return the time by the steady clock; at the latest the duration between the two from now
     */
    public Instant due(Instant time, Instant setAt) {
        Instant latest = steady.instant().plus(Duration.between(setAt, time));
        Instant due = due(time);
        return setAt.isAfter(wall.instant()) && latest.isBefore(due) ? latest : due;
    }
}
