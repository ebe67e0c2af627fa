package dev.gantry.scheduler.placement;

import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.scheduler.state.ResourceRequest;
import dev.gantry.scheduler.state.SchedulerOptions.Algorithm;

/** How well a node's resources would be used with one more allocation. */
final class ResourceScore {

    private static final double BEST = 18;

    private ResourceScore() {}

    /**
     * BestFit v3 of Google's cell manager, which Nomad packs bins by: an empty node gives 0, a full one 1, and one of
     * which both resources are used alike more than one of which the same sum is used by one of them. To spread is the
     * contrary.
     */
    static double of(NodeUsage usage, ResourceRequest request, Algorithm algorithm) {
        double waste = Math.pow(10, usage.freeCpuWith(request)) + Math.pow(10, usage.freeMemoryWith(request));
        double packed = Math.max(0, Math.min(1, (20 - waste) / BEST));
        return algorithm == Algorithm.BINPACK ? packed : 1 - packed;
    }
}
