package dev.gantry.scheduler.state;

import dev.gantry.v1.JobType;
import java.util.Set;

/**
 * The operator's settings for scheduling, for the whole cluster.
 *
 * @param algorithm the order in which nodes are filled
 * @param preempting the types of jobs that may preempt allocations of lower priority; Nomad's default is system jobs
 *     alone, Gantry's is none
 */
public record SchedulerOptions(Algorithm algorithm, Set<JobType> preempting) {

    /** Bin packing, and no preemption. */
    public static final SchedulerOptions DEFAULT = new SchedulerOptions(Algorithm.BINPACK, Set.of());

    /** The order in which nodes are filled. */
    public enum Algorithm {
        /** Fullest nodes first, so that other nodes stay free for large allocations. */
        BINPACK,
        /** Emptiest nodes first. */
        SPREAD
    }

    /** Copies the set. */
    public SchedulerOptions {
        preempting = Set.copyOf(preempting);
    }
}
