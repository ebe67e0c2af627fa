package dev.gantry.scheduler.placement;

import dev.gantry.v1.Node;
import dev.gantry.v1.NodeScore;

/**
 * How well a node suits one more allocation, as Nomad has it: the mean of the parts that have something to say.
 *
 * @param fit how well its resources are used, 0 to 1
 * @param antiAffinity 0 or less: allocations of the same group are there already
 * @param reschedulePenalty -1 if what is placed anew has failed there
 * @param affinity -1 to 1: which affinities it fulfils
 * @param spread -1 to 1: how much it helps the spreads
 */
record Score(double fit, double antiAffinity, double reschedulePenalty, double affinity, double spread) {

    /** The mean of the fit and of all other parts but those that are 0, -1 to 1. */
    double total() {
        int parts = 1 + one(antiAffinity) + one(reschedulePenalty) + one(affinity) + one(spread);
        return (fit + antiAffinity + reschedulePenalty + affinity + spread) / parts;
    }

    /** The score for people. */
    NodeScore of(Node node) {
        NodeScore.Builder score = NodeScore.newBuilder()
                .setNodeId(node.getId())
                .setNodeName(node.getName())
                .setScore(total())
                .putParts("binpack", fit);
        put(score, "job-anti-affinity", antiAffinity);
        put(score, "node-reschedule-penalty", reschedulePenalty);
        put(score, "node-affinity", affinity);
        put(score, "allocation-spread", spread);
        return score.build();
    }

    private static void put(NodeScore.Builder score, String name, double part) {
        if (part != 0) {
            score.putParts(name, part);
        }
    }

    private static int one(double part) {
        return part == 0 ? 0 : 1;
    }
}
