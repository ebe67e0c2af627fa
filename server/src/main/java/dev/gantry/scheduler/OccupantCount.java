package dev.gantry.scheduler;

/** A count of a job's allocations that a {@link Proposal} keeps up with what is planned. */
sealed interface OccupantCount permits Tally, NodeTally {

    /** One more is where an allocation is or shall be. */
    void add(Occupant occupant);

    /** One less is there. */
    void remove(Occupant occupant);
}
