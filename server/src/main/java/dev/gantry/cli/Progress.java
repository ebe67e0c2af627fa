package dev.gantry.cli;

import dev.gantry.v1.WatchJobResponse;

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

    /** What to say at the end, by how it stands then; {@link Standing#GOES_ON} means that time is over. */
    String verdict(Standing standing);
}
