package dev.gantry.cli;

import dev.gantry.v1.WatchJobResponse;
import java.time.Duration;

/** How far something is that a job was asked for: fed with what changes, tells people of it, knows when it is over. */
interface JobProgress {

    /** How it stands. */
    enum State {
        /** Something is still to happen. */
        IN_PROGRESS,
        /** Nothing happens any more unless the cluster changes. */
        BLOCKED,
        /** It is as it shall be. */
        DONE,
        /** It can't become as it shall be. */
        FAILED
    }

    /** Takes in a change and tells of it. */
    State accept(WatchJobResponse update);

    /**
     * For how long it must stay {@link State#DONE} before that counts. A task that has just started may end again at once.
     */
    default Duration settleTime() {
        return Duration.ZERO;
    }

    /** Whether it has not stayed {@link State#DONE} before, so that it counts only after {@link #settleTime}. */
    default boolean mustSettle() {
        return false;
    }

    /** What to say at the end, by how it stands then; {@link State#IN_PROGRESS} means that time is over. */
    String verdict(State state);
}
