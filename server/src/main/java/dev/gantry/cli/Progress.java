package dev.gantry.cli;

import dev.gantry.v1.WatchJobResponse;
import java.time.Duration;

/** How far something is that a job was asked for: fed with what changes, tells people of it, knows when it is over. */
interface Progress {

    /** How it stands. */
    enum Standing {
        /** Something is still to happen. */
        GOES_ON,
        /** Nothing happens any more unless the cluster changes. */
        STUCK,
        /** It is as it shall be. */
        DONE,
        /** It can't become as it shall be. */
        FAILED
    }

    /** Takes in a change and tells of it. */
    Standing accept(WatchJobResponse update);

    /**
     * For how long it must stay {@link Standing#DONE} before that counts. A task that has just started may end again at once.
     */
    default Duration settling() {
        return Duration.ZERO;
    }

    /** Whether it has not stayed {@link Standing#DONE} before, so that it counts only after {@link #settling}. */
    default boolean isDoubtful() {
        return false;
    }

    /** What to say at the end, by how it stands then; {@link Standing#GOES_ON} means that time is over. */
    String verdict(Standing standing);
}
