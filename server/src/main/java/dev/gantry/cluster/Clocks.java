package dev.gantry.cluster;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The two ways to tell the time.
 *
 * @param wall what people call the time, and what is stored; it jumps when somebody sets the machine's clock
 * @param steady never jumps; for how long something takes. What it shows means nothing to another process
 */
public record Clocks(InstantSource wall, InstantSource steady) {

    /**
     * When a stored time comes, by the clock that does not jump.
     *
     * @param time by the wall clock
     * @return by the steady clock; now if the time has passed
     */
    Instant due(Instant time) {
        Duration left = Duration.between(wall.instant(), time);
        return left.isNegative() ? steady.instant() : steady.instant().plus(left);
    }

    /**
     * The same for a time that was set at a known moment. If that is in the future the clock was set back since, so the wait
     * begins anew.
     *
     * @param time by the wall clock
     * @param setAt when it was set, by the wall clock
     * @return by the steady clock; not later than in as much time as there was between the two
     */
    Instant due(Instant time, Instant setAt) {
        Instant latest = steady.instant().plus(Duration.between(setAt, time));
        Instant due = due(time);
        return setAt.isAfter(wall.instant()) && latest.isBefore(due) ? latest : due;
    }
}
