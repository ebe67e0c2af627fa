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

    private record Place(String taskGroup, String nodeId) {}

    private final Map<Place, Long> placed;

    Verdicts(Plan plan) {
        this.placed = plan.placements().stream()
                .collect(groupingBy(
                        placement -> new Place(
                                placement.taskGroup(), placement.node().getId()),
                        counting()));
    }

    NodeVerdict of(String taskGroup, Suitability suitability, NodeRoom room) {
        Node node = room.node();
        Optional<String> reason = suitability.explain(room).or(() -> shortages(suitability, room));
        return NodeVerdict.newBuilder()
                .setNodeId(node.getId())
                .setNodeName(node.getName())
                .setFeasible(reason.isEmpty())
                .setReason(reason.orElse(""))
                .setScore(
                        reason.isEmpty()
                                ? Math.max(0, suitability.score(room, false).total())
                                : 0)
                .setPlaced(placed.getOrDefault(new Place(taskGroup, node.getId()), 0L)
                        .intValue())
                .build();
    }

    private static Optional<String> shortages(Suitability suitability, NodeRoom room) {
        List<Shortage> shortages = suitability.shortages(room);
        return shortages.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "lacks " + shortages.stream().map(Shortage::toString).collect(Collectors.joining(" and ")));
    }
}
