package dev.gantry.check.history;

import static java.util.stream.Collectors.groupingBy;

import dev.gantry.check.history.Event.Call;
import dev.gantry.check.history.Event.Joined;
import dev.gantry.check.history.Event.Observed;
import dev.gantry.check.history.Event.Ran;
import dev.gantry.check.history.Operation.Drain;
import dev.gantry.check.history.Operation.EndDrain;
import dev.gantry.check.history.Outcome.AtIndex;
import dev.gantry.check.history.Violation.Rule;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rules of allocations, as the server tells them: by the cluster index, which orders all writes.
 *
 * <p>An allocation holds its ports and resources from the index at which it was placed to the last one at which anybody was
 * told that it has not ended: it may hold them for longer, but not for less, since what has ended does not come back.
 */
final class AllocationRules {

    private final History history;
    private final List<Violation> violations = new ArrayList<>();

    /** The states of each allocation in the order of their indexes. */
    private final Map<String, List<AllocationState>> states;

    private AllocationRules(History history) {
        this.history = history;
        this.states = history.all(Observed.class)
                .map(Observed::allocation)
                .sorted(Comparator.comparingLong(AllocationState::index))
                .collect(groupingBy(AllocationState::id, TreeMap::new, Collectors.toList()));
    }

    static List<Violation> check(History history) {
        AllocationRules rules = new AllocationRules(history);
        rules.states.values().forEach(rules::changes);
        rules.successors();
        rules.ports();
        rules.resources();
        rules.drains();
        return rules.violations;
    }

    private void changes(List<AllocationState> of) {
        for (int i = 1; i < of.size(); i++) {
            AllocationState before = of.get(i - 1);
            AllocationState after = of.get(i);
            if (before.index() == after.index()) {
                add(
                        Rule.STATES_DIFFER,
                        "At the same index, an allocation is %s and %s".formatted(before, after),
                        after);
            }
            boolean hasEnded = before.isTerminal() && after.client() != before.client();
            boolean isStopped = before.desired() == DesiredStatus.DESIRED_STATUS_STOP
                    && after.desired() != DesiredStatus.DESIRED_STATUS_STOP;
            if (hasEnded || isStopped) {
                add(Rule.RESURRECTED, "An allocation is %s, and later %s".formatted(before, after), after);
            }
            if (!before.node().equals(after.node()) || !before.ports().equals(after.ports())) {
                add(Rule.STATES_DIFFER, "An allocation moves: it is %s, and later %s".formatted(before, after), after);
            }
        }
    }

    /** Each group has one wanted allocation of each index; none follows one that has succeeded. */
    private void successors() {
        Map<List<Object>, List<List<AllocationState>>> byName = states.values().stream()
                .filter(of -> !of.get(0).canary())
                .collect(groupingBy(of ->
                        List.of(of.get(0).job(), of.get(0).group(), of.get(0).number())));
        byName.values().forEach(of -> {
            overlaps(of, AllocationState::isWanted)
                    .forEach(pair -> add(
                            Rule.ALLOCATION_TWICE,
                            "Two allocations of one index are wanted at the same time: %s and %s"
                                    .formatted(pair.one(), pair.other()),
                            pair.one(),
                            pair.other()));
            of.stream()
                    .map(AllocationRules::last)
                    .filter(AllocationRules::hasSucceeded)
                    .forEach(done -> of.stream()
                            .map(AllocationRules::last)
                            .filter(next -> next.version() == done.version() && next.created() > done.index())
                            .forEach(next -> add(
                                    Rule.BATCH_RUN_AGAIN,
                                    "%s has succeeded, and then came %s".formatted(done, next),
                                    next,
                                    done)));
        });
    }

    private static boolean hasSucceeded(AllocationState last) {
        return last.succeeded() && last.desired() == DesiredStatus.DESIRED_STATUS_RUN;
    }

    private void ports() {
        Map<List<Object>, List<List<AllocationState>>> byPort = new HashMap<>();
        states.values()
                .forEach(of -> of.get(0)
                        .ports()
                        .forEach(port -> byPort.computeIfAbsent(
                                        List.of(of.get(0).node(), port), key -> new ArrayList<>())
                                .add(of)));
        byPort.forEach((port, of) -> overlaps(of, state -> !state.isTerminal())
                .forEach(pair -> add(
                        Rule.PORT_TWICE,
                        "Port %s of node %s belongs to %s and %s at the same time"
                                .formatted(port.get(1), port.get(0), pair.one(), pair.other()),
                        pair.one(),
                        pair.other())));
    }

    private record Pair(AllocationState one, AllocationState other) {}

    /** Returns the pairs of allocations that were in some state at the same index. */
    private static List<Pair> overlaps(List<List<AllocationState>> of, Predicate<AllocationState> counts) {
        List<Pair> pairs = new ArrayList<>();
        List<List<AllocationState>> ordered = of.stream()
                .sorted(Comparator.comparingLong(states -> states.get(0).created()))
                .toList();
        for (int i = 0; i < ordered.size(); i++) {
            long until = until(ordered.get(i), counts);
            for (int k = i + 1; k < ordered.size() && ordered.get(k).get(0).created() <= until; k++) {
                pairs.add(new Pair(last(ordered.get(i)), last(ordered.get(k))));
            }
        }
        return pairs;
    }

    /** Returns the last index at which an allocation was seen in a state that counts; that of its begin if none was. */
    private static long until(List<AllocationState> of, Predicate<AllocationState> counts) {
        return of.stream()
                .filter(counts)
                .mapToLong(AllocationState::index)
                .max()
                .orElse(of.get(0).created());
    }

    private static AllocationState last(List<AllocationState> of) {
        return of.get(of.size() - 1);
    }

    /** The resources that allocations take; negative: those that they give back. */
    private record Taken(long index, long cpu, long memoryMib, String allocation) {}

    private void resources() {
        Map<String, Ran> sizes =
                history.all(Ran.class).collect(Collectors.toMap(Ran::job, ran -> ran, (one, same) -> one));
        history.all(Joined.class).forEach(node -> {
            List<Taken> changes = states.values().stream()
                    .filter(of -> of.get(0).node().equals(node.node())
                            && sizes.containsKey(of.get(0).job()))
                    .flatMap(of -> {
                        Ran size = sizes.get(of.get(0).job());
                        long end = until(of, state -> !state.isTerminal()) + 1;
                        String id = of.get(0).id();
                        return List.of(
                                new Taken(of.get(0).created(), size.cpu(), size.memoryMib(), id),
                                new Taken(end, -size.cpu(), -size.memoryMib(), id))
                                .stream();
                    })
                    .sorted(Comparator.comparingLong(Taken::index).thenComparingLong(Taken::cpu))
                    .toList();
            overcommitted(node, changes);
        });
    }

    private void overcommitted(Joined node, Collection<Taken> changes) {
        long cpu = 0;
        long memoryMib = 0;
        for (Taken change : changes) {
            cpu += change.cpu();
            memoryMib += change.memoryMib();
            if (cpu > node.cpu() || memoryMib > node.memoryMib()) {
                violations.add(new Violation(
                        Rule.OVERCOMMITTED,
                        "At index %d, the allocations of node %s take %d MHz of %d and %d MiB of %d"
                                .formatted(change.index(), node.name(), cpu, node.cpu(), memoryMib, node.memoryMib()),
                        Set.of(node.node(), change.allocation())));
                return;
            }
        }
    }

    /** The calls that drain a node come from one client, one after the other. */
    private void drains() {
        Map<String, String> ids = history.all(Joined.class).collect(Collectors.toMap(Joined::name, Joined::node));
        Map<String, List<Call>> calls = history.all(Call.class)
                .filter(call -> !drained(call).isEmpty())
                .collect(groupingBy(AllocationRules::drained));
        calls.forEach((node, of) -> {
            for (int i = 0; i + 1 < of.size(); i++) {
                Call begin = of.get(i);
                Call end = of.get(i + 1);
                if (begin.operation() instanceof Drain && isExact(begin) && isExact(end)) {
                    placedWithin(ids.get(node), index(begin), index(end));
                }
            }
        });
    }

    private static String drained(Call call) {
        if (call.operation() instanceof Drain drain) {
            return drain.node();
        }
        return call.operation() instanceof EndDrain end ? end.node() : "";
    }

    /** An answer to a call that was sent once has the index at which it took effect. */
    private static boolean isExact(Call call) {
        return call.attempts() == 1 && call.outcome() instanceof AtIndex;
    }

    private static long index(Call call) {
        return ((AtIndex) call.outcome()).index();
    }

    private void placedWithin(String node, long after, long before) {
        states.values().stream()
                .map(of -> of.get(0))
                .filter(of -> of.node().equals(node) && of.created() > after && of.created() < before)
                .forEach(of -> add(
                        Rule.PLACED_ON_DRAINING,
                        "Node %s was drained from index %d to %d, and got %s".formatted(node, after, before, of),
                        of));
    }

    private void add(Rule rule, String description, AllocationState... of) {
        Set<String> ids = Stream.of(of).map(AllocationState::id).collect(Collectors.toSet());
        violations.add(new Violation(rule, description, ids));
    }

    /** Returns the allocations whose last known state is lost: their tasks may run on until their nodes are back. */
    static Set<String> lost(History history) {
        return history.all(Observed.class)
                .map(Observed::allocation)
                .filter(state -> state.client() == ClientStatus.CLIENT_STATUS_LOST)
                .map(AllocationState::id)
                .collect(Collectors.toSet());
    }
}
