package dev.gantry.check.history;

import static java.util.stream.Collectors.groupingBy;

import dev.gantry.check.history.Event.Joined;
import dev.gantry.check.history.Event.Ran;
import dev.gantry.check.history.Event.ServerFailed;
import dev.gantry.check.history.Event.ServerRefused;
import dev.gantry.check.history.Event.Step;
import dev.gantry.check.history.Violation.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The rules of allocations, as the nodes see them: by the clock of the run. An allocation that was lost counts for nothing,
 * since the server has replaced it while its node was away.
 */
final class NodeRules {

    private NodeRules() {}

    static List<Violation> check(History history) {
        List<Violation> violations = new ArrayList<>();
        Set<String> lost = AllocationRules.lost(history);
        Map<String, Joined> nodes = history.all(Joined.class).collect(Collectors.toMap(Joined::node, node -> node));
        history.all(Ran.class)
                .filter(ran -> !lost.contains(ran.allocation()))
                .collect(groupingBy(Ran::node))
                .forEach((node, ran) -> violations.addAll(new OneNode(nodes.get(node)).replay(ran)));
        history.all(ServerRefused.class)
                .map(event -> new Violation(
                        Rule.SERVER_SET_BACK,
                        "Node %s refuses the server: %s".formatted(event.node(), event.why()),
                        Set.of(event.node())))
                .forEach(violations::add);
        history.all(ServerFailed.class)
                .map(event -> new Violation(Rule.SERVER_FAILED, event.why(), Set.of()))
                .forEach(violations::add);
        return violations;
    }

    /** The allocations that run on a node while the record of the node is replayed. */
    private static final class OneNode {

        private final Joined node;
        private final List<Violation> violations = new ArrayList<>();
        private final Map<String, Ran> live = new HashMap<>();
        private final Set<String> ended = new HashSet<>();

        OneNode(Joined node) {
            this.node = node;
        }

        List<Violation> replay(List<Ran> records) {
            for (Ran ran : records) {
                if (ran.step() == Step.ENDED) {
                    live.remove(ran.allocation());
                    ended.add(ran.allocation());
                } else if (ran.step() == Step.TOOK) {
                    take(ran);
                }
            }
            return violations;
        }

        private void take(Ran ran) {
            if (ended.contains(ran.allocation())) {
                add(Rule.RESURRECTED, "Node %s is told again to run %s".formatted(node.name(), ran), ran);
            }
            live.values().stream()
                    .filter(other -> other.ports().stream().anyMatch(ran.ports()::contains))
                    .forEach(other -> add(
                            Rule.PORT_TWICE,
                            "Node %s is told to run %s while it runs %s".formatted(node.name(), ran, other),
                            ran,
                            other));
            live.put(ran.allocation(), ran);
            long cpu = live.values().stream().mapToLong(Ran::cpu).sum();
            long memoryMib = live.values().stream().mapToLong(Ran::memoryMib).sum();
            if (cpu > node.cpu() || memoryMib > node.memoryMib()) {
                add(
                        Rule.OVERCOMMITTED,
                        "Node %s is told to run %s, and then has %d MHz of %d and %d MiB of %d"
                                .formatted(node.name(), ran, cpu, node.cpu(), memoryMib, node.memoryMib()),
                        ran);
            }
        }

        private void add(Rule rule, String description, Ran... of) {
            Set<String> ids = new HashSet<>();
            for (Ran ran : of) {
                ids.add(ran.allocation());
            }
            violations.add(new Violation(rule, description, ids));
        }
    }
}
