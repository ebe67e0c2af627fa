package dev.gantry.scheduler.state;

import dev.gantry.v1.JobType;
import java.util.Set;

/**
 * How the cluster as a whole wants its jobs placed.
 *
 * @param algorithm which nodes are filled first
 * @param preempting the types of jobs for which allocations of lower priority may be stopped; Nomad's default is system
 *     jobs alone, Gantry's none
 */
public record SchedulerOptions(Algorithm algorithm, Set<JobType> preempting) {

    /** Packs nodes and preempts nothing. */
    public static final SchedulerOptions DEFAULT = new SchedulerOptions(Algorithm.BINPACK, Set.of());

    /** Which nodes are filled first. */
    public enum Algorithm {
        /** Those that are fullest, so that others stay free for what is large. */
        BINPACK,
        /** Those that are emptiest. */
        SPREAD
    }

    /** Copies the set. */
    public SchedulerOptions {
        preempting = Set.copyOf(preempting);
    }
}
