package dev.gantry.scheduler.whatif;

import dev.gantry.v1.JobVersion;
import java.util.Map;

/**
 * A job in a simulation.
 *
 * @param version its newest version, with its defaults filled in
 * @param stopped true if it runs no allocations: it was stopped, or it only starts others
 * @param due true if it is to be evaluated although no change touches it: its evaluation is pending or blocked
 * @param order the place of its evaluation among those of the same priority, the lowest first
 * @param waiting how many allocations of each group wait for placement before the simulation
 */
public record SimulatedJob(JobVersion version, boolean stopped, boolean due, long order, Map<String, Integer> waiting) {

    /** Copies the map. */
    public SimulatedJob {
        waiting = Map.copyOf(waiting);
    }

    /** Returns the job's id. */
    public String id() {
        return version.getJob().getId();
    }

    int priority() {
        return version.getJob().getPriority();
    }
}
