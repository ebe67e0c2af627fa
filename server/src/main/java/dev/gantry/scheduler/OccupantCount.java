package dev.gantry.scheduler;

/** A count of a job's allocations that a {@link Proposal} keeps up with what is planned. */
sealed interface OccupantCount permits Tally, NodeTally {

    /** One more is where an allocation is or shall be. */
    default void add(Occupant occupant) {
        change(occupant, 1);
    }

    /** One less is there. */
    default void remove(Occupant occupant) {
        change(occupant, -1);
    }

    /** So many more are there. */
    void change(Occupant occupant, int difference);
}
