package dev.gantry.scheduler.placement;

import dev.gantry.scheduler.constraint.Refusal;
import dev.gantry.scheduler.state.Shortage;
import dev.gantry.v1.FilterReason;
import dev.gantry.v1.NodeScore;
import dev.gantry.v1.PlacementFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Explains why requests of a group were not placed, so that an operator can act on it. */
final class PlacementFailures {

    private final int nodes;
    private final List<NodeScore> nearest;
    private final List<Map.Entry<Refusal, Long>> refusals;
    private final List<Map.Entry<String, Long>> shortages;

    /**
     * Reads the results of a search.
     *
     * @param search a search that found no node
     */
    PlacementFailures(NodeSearch search) {
        this.nearest = search.nearest();
        this.nodes = search.nodes();
        this.refusals = count(search.refused(), Refusal::reason);
        this.shortages =
                count(search.exhausted().stream().flatMap(List::stream).map(Shortage::dimension), Function.identity());
    }

    /**
     * Writes the failure report.
     *
     * @param taskGroup the name of the group
     * @param unplaced how many allocations are not placed
     * @param waiting how many of them fit once stopping allocations have ended
     * @param outdatedKept how many allocations of an older version keep running because their replacements do not fit
     * @param migratingKept how many allocations stay on draining nodes because they fit nowhere else
     */
    PlacementFailure write(String taskGroup, int unplaced, int waiting, int outdatedKept, int migratingKept) {
        return PlacementFailure.newBuilder()
                .setTaskGroup(taskGroup)
                .setUnplaced(unplaced)
                .setNodesEvaluated(nodes)
                .addAllFiltered(refusals.stream()
                        .map(refusal -> reason(refusal.getKey().reason(), refusal.getValue()))
                        .toList())
                .addAllExhausted(shortages.stream()
                        .map(shortage -> reason(shortage.getKey(), shortage.getValue()))
                        .toList())
                .setSummary(summary(waiting, outdatedKept, migratingKept))
                .addAllScores(nearest)
                .build();
    }

    private String summary(int waiting, int outdatedKept, int migratingKept) {
        if (nodes == 0) {
            return "The cluster has no nodes: start one with \"gantry node\"";
        }
        List<String> clauses = new ArrayList<>();
        refusals.forEach(refusal -> clauses.add(clause(refusal.getKey(), refusal.getValue())));
        shortages.forEach(shortage -> clauses.add("%s %s %s"
                .formatted(
                        clauses.isEmpty() ? ofNodes(shortage.getValue()) : shortage.getValue(),
                        shortage.getValue() == 1 ? "lacks" : "lack",
                        shortage.getKey())));
        if (waiting > 0) {
            clauses.add("%d %s once stopping allocations have ended".formatted(waiting, waiting == 1 ? "fits" : "fit"));
        }
        if (outdatedKept > 0) {
            clauses.add(
                    "%d of an older version %s running".formatted(outdatedKept, outdatedKept == 1 ? "stays" : "stay"));
        }
        if (migratingKept > 0) {
            clauses.add(
                    "%d %s on a draining node for now".formatted(migratingKept, migratingKept == 1 ? "stays" : "stay"));
        }
        return String.join("; ", clauses);
    }

    private String clause(Refusal refusal, long count) {
        return refusal.kind() == Refusal.Kind.NODE
                ? "%s: %s".formatted(ofNodes(count), refusal.reason())
                : "%s filtered %s".formatted(refusal.reason(), ofNodes(count));
    }

    private String ofNodes(long count) {
        return "%d of %d %s".formatted(count, nodes, nodes == 1 ? "node" : "nodes");
    }

    /** Counts causes: the most frequent first, then by their words. */
    private static <T> List<Map.Entry<T, Long>> count(Stream<T> causes, Function<T, String> words) {
        return causes.collect(Collectors.groupingBy(Function.identity(), Collectors.counting())).entrySet().stream()
                .sorted(Map.Entry.<T, Long>comparingByValue()
                        .reversed()
                        .thenComparing(cause -> words.apply(cause.getKey())))
                .toList();
    }

    private static FilterReason reason(String reason, long count) {
        return FilterReason.newBuilder().setReason(reason).setNodes((int) count).build();
    }
}
