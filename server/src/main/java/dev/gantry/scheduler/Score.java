package dev.gantry.scheduler;

/** How well a node suits one more allocation. */
final class Score {

    private static final double BEST_FIT = 18;

    private Score() {}

    /**
     * Scores a node as Nomad does: the mean of how well it is filled and, if allocations of the same group are there
     * already, a penalty for them.
     *
     * @param room a node on which the allocation fits
     * @param ask what the allocation takes
     * @param collisions how many of the group's allocations are there
     * @param desired how many the group shall have, 1 or more
     * @return 1 at the best; below 0 if the penalty outweighs the fit
     */
    static double of(NodeRoom room, GroupAsk ask, int collisions, int desired) {
        double fit = fit(room, ask);
        return collisions == 0 ? fit : (fit - (collisions + 1.0) / desired) / 2;
    }

    /**
     * BestFit v3 of Google's cell manager, which Nomad packs bins by: an empty node gives 0, a full one 1, and one of
     * which both resources are used alike more than one of which the same sum is used by one of them.
     */
    private static double fit(NodeRoom room, GroupAsk ask) {
        double waste = Math.pow(10, room.freeCpuWith(ask)) + Math.pow(10, room.freeMemoryWith(ask));
        return Math.max(0, Math.min(1, (20 - waste) / BEST_FIT));
    }
}
