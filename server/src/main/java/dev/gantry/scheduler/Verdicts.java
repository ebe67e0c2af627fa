package dev.gantry.scheduler;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.gantry.v1.Node;
import dev.gantry.v1.NodeVerdict;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Says of single nodes whether they could run a group. */
final class Verdicts {

    private final Suitability suitability;
    private final Map<String, Long> placedByNode;

    Verdicts(Suitability suitability, String taskGroup, Plan plan) {
        this.suitability = suitability;
        this.placedByNode = plan.placements().stream()
                .filter(placement -> placement.taskGroup().equals(taskGroup))
                .collect(groupingBy(placement -> placement.node().getId(), counting()));
    }

    NodeVerdict of(NodeRoom room) {
        Node node = room.node();
        Optional<String> reason = suitability.explain(room).or(() -> shortages(room));
        return NodeVerdict.newBuilder()
                .setNodeId(node.getId())
                .setNodeName(node.getName())
                .setFeasible(reason.isEmpty())
                .setReason(reason.orElse(""))
                .setScore(
                        reason.isEmpty()
                                ? Math.max(0, suitability.score(room, false).total())
                                : 0)
                .setPlaced(placedByNode.getOrDefault(node.getId(), 0L).intValue())
                .build();
    }

    private Optional<String> shortages(NodeRoom room) {
        List<Shortage> shortages = suitability.shortages(room);
        return shortages.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "lacks " + shortages.stream().map(Shortage::toString).collect(Collectors.joining(" and ")));
    }
}
