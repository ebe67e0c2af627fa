package dev.gantry.scheduler.state;

import dev.gantry.v1.Node;
import dev.gantry.v1.NodeScore;
import java.util.List;

/**
 * Something that a node has too little of.
 *
 * @param dimension what: "memory", "cpu", "port 8080", "dynamic ports"
 * @param asked how much is asked for
 * @param free how much the node has left
 * @param unit of both, with a space before it; empty for counts
 */
public record Shortage(String dimension, long asked, long free, String unit) {

    /** How near a node came to fit: minus the largest share that it lacks of what is asked, -1 to 0. */
    public static NodeScore score(Node node, List<Shortage> shortages) {
        NodeScore.Builder score = NodeScore.newBuilder().setNodeId(node.getId()).setNodeName(node.getName());
        shortages.forEach(shortage -> score.putParts(shortage.dimension(), -shortage.share()));
        return score.setScore(-largestShare(shortages)).build();
    }

    /** The largest share that is lacking of what is asked, 0 to 1. */
    public static double largestShare(List<Shortage> shortages) {
        return shortages.stream().mapToDouble(Shortage::share).max().orElse(0);
    }

    private double share() {
        return (double) (asked - free) / asked;
    }

    @Override
    public String toString() {
        return "%s (%d%s asked, %d%s free)".formatted(dimension, asked, unit, free, unit);
    }
}
