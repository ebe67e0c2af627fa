package dev.gantry.scheduler.state;

import dev.gantry.v1.Node;
import dev.gantry.v1.NodeScore;
import java.util.List;

/**
 * A resource that a node lacks for an allocation.
 *
 * @param dimension the resource: "memory", "cpu", "disk", "port 8080", "dynamic ports"
 * @param asked how much the allocation needs
 * @param free how much the node has left
 * @param unit the unit of both amounts, with a space before it; empty for ports
 */
public record Shortage(String dimension, long asked, long free, String unit) {

    /**
     * Scores how close an allocation came to fit on a node: minus the largest share that it lacks, -1 to 0. The parts
     * of the score name the share of each resource.
     *
     * @param node the node
     * @param shortages what the node lacks
     */
    public static NodeScore score(Node node, List<Shortage> shortages) {
        NodeScore.Builder score = NodeScore.newBuilder().setNodeId(node.getId()).setNodeName(node.getName());
        shortages.forEach(shortage -> score.putParts(shortage.dimension(), -shortage.share()));
        return score.setScore(-largestShare(shortages)).build();
    }

    /**
     * Returns the largest of the shares (asked - free) / asked, 0 to 1; 0 without shortages.
     *
     * @param shortages what the node lacks
     */
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
