package dev.gantry.cli;

import dev.gantry.v1.WatchJobResponse;
import java.time.Duration;

/**
 * The progress of a submission or a stop of a job. It gets the changes of the job, prints them, and decides when the
 * operation is over.
 */
interface JobProgress {

    /** The states of the operation. */
    enum State {
        /** Changes are still expected. */
        IN_PROGRESS,
        /** Nothing happens unless resources become free. */
        BLOCKED,
        /** Nothing happens unless a person promotes the deployment's canaries. */
        AWAITS_PROMOTION,

        /** The operation has succeeded. */
        DONE,
        /** The operation has failed. */
        FAILED
    }

    /** Processes a change and prints it. Returns the state after it. */
    State accept(WatchJobResponse update);

    /**
     * How long the operation must stay {@link State#DONE} before it counts as done: a task that has just started may
     * end at once.
     */
    default Duration settleTime() {
        return Duration.ZERO;
    }

    /**
     * Returns true if the operation counts as done only after all of {@link #settleTime}, even if the timeout comes
     * first.
     */
    default boolean mustSettle() {
        return false;
    }

    /** Returns the message for the end, by the last state; {@link State#IN_PROGRESS} means a timeout. */
    String verdict(State state);
}
