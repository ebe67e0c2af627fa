package dev.gantry.node.allocation;

import java.time.Duration;
import java.util.concurrent.Future;

/** Runs something on the owner thread, later. */
@FunctionalInterface
public interface Timer {

    /**
     * Sets an alarm.
     *
     * @param work what to run on the owner thread
     * @param delay when, counted from now
     * @return by which it can be cancelled; cancelled on the owner thread it is sure not to run
     */
    Future<?> schedule(Runnable work, Duration delay);
}
