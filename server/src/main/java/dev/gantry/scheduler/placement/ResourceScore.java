package dev.gantry.scheduler.placement;

import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.scheduler.state.ResourceRequest;
import dev.gantry.scheduler.state.SchedulerOptions.Algorithm;

/** Scores how well a node's resources are used with one more allocation. */
final class ResourceScore {

    // The sum of the powers is 2 for a full node and 20 for an empty one.
    private static final double BEST = 18;

    private ResourceScore() {}

    /**
     * Returns the score, 0 to 1. Bin packing uses BestFit v3 of Google's cell manager, as Nomad does: an empty node
     * scores 0, a full node 1. Equal use of CPU and memory scores higher than the same sum with unequal use. The spread
     * algorithm returns 1 minus that.
     */
    static double of(NodeUsage usage, ResourceRequest request, Algorithm algorithm) {
        double waste = Math.pow(10, usage.freeCpuWith(request)) + Math.pow(10, usage.freeMemoryWith(request));
        double packed = Math.max(0, Math.min(1, (20 - waste) / BEST));
        return algorithm == Algorithm.BINPACK ? packed : 1 - packed;
    }
}
