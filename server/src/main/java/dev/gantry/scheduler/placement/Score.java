package dev.gantry.scheduler.placement;

import dev.gantry.v1.Node;
import dev.gantry.v1.NodeScore;
import java.util.OptionalDouble;

/**
 * How well a node suits one more allocation, as Nomad has it: the mean of the parts that have something to say. A group's
 * affinities and spreads have something to say of every node: were a part of 0 left out, a node that fulfils none would beat
 * one that fulfils a light one.
 *
 * @param fit how well its resources are used, 0 to 1
 * @param antiAffinity 0 or less: allocations of the same group are there already
 * @param reschedulePenalty -1 if what is placed anew has failed there
 * @param affinity -1 to 1: which affinities it fulfils; empty: the group has none
 * @param spread -1 to 1: how much it helps the spreads; empty: the group has none
 */
record Score(
        double fit, double antiAffinity, double reschedulePenalty, OptionalDouble affinity, OptionalDouble spread) {

    /** The mean of the parts that have something to say, -1 to 1. */
    double total() {
        int parts = 1 + one(antiAffinity) + one(reschedulePenalty) + one(affinity) + one(spread);
        return (fit + antiAffinity + reschedulePenalty + affinity.orElse(0) + spread.orElse(0)) / parts;
    }

    /** The score for people. */
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
