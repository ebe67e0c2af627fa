package dev.gantry.scheduler.placement;

import dev.gantry.v1.Node;
import dev.gantry.v1.NodeScore;
import java.util.OptionalDouble;

/**
 * The score of a node for one more allocation, as in Nomad: the mean of its parts. If a group has affinities or
 * spreads, their parts count for every node, even if they are 0. Otherwise a node that meets no affinity would beat a
 * node that meets an affinity with a small weight.
 *
 * @param fit how well the node's resources are used, 0 to 1
 * @param antiAffinity 0 without allocations of the same group on the node, down to -1 with many
 * @param reschedulePenalty -1 if the replaced allocation failed on the node, else 0
 * @param affinity how well the node meets the affinities, -1 to 1; empty if the group has none
 * @param spread how much the node helps the spreads, -1 to 1; empty if the group has none
 */
record Score(
        double fit, double antiAffinity, double reschedulePenalty, OptionalDouble affinity, OptionalDouble spread) {

    /**
     * Returns the mean of the fit, of the anti-affinity and the penalty if they are not 0, and of the affinity and the
     * spread if the group has them: -1 to 1.
     */
    double total() {
        int parts = 1 + one(antiAffinity) + one(reschedulePenalty) + one(affinity) + one(spread);
        return (fit + antiAffinity + reschedulePenalty + affinity.orElse(0) + spread.orElse(0)) / parts;
    }

    /** Returns the score with its parts, named as Nomad names them. */
    NodeScore of(Node node) {
        NodeScore.Builder score = NodeScore.newBuilder()
                .setNodeId(node.getId())
                .setNodeName(node.getName())
                .setScore(total())
                .putParts("binpack", fit);
        if (antiAffinity != 0) {
            score.putParts("job-anti-affinity", antiAffinity);
        }
        if (reschedulePenalty != 0) {
            score.putParts("node-reschedule-penalty", reschedulePenalty);
        }
        affinity.ifPresent(part -> score.putParts("node-affinity", part));
        spread.ifPresent(part -> score.putParts("allocation-spread", part));
        return score.build();
    }

    private static int one(double part) {
        return part == 0 ? 0 : 1;
    }

    private static int one(OptionalDouble part) {
        return part.isPresent() ? 1 : 0;
    }
}
