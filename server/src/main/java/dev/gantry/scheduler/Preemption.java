package dev.gantry.scheduler;

import dev.gantry.scheduler.GroupAsk.PortAsk;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Chooses which allocations of other jobs go so that one of an important job fits, as Nomad does: only of jobs whose
 * priority is lower by ten or more, those of the lowest priority first, and of these the ones that hold what comes nearest
 * to what is lacking; none that is not needed.
 */
final class Preemption {

    private static final int LEAST_DIFFERENCE = 10;

    /**
     * What goes from a node.
     *
     * @param node the node
     * @param allocations what goes
     */
    record Victims(NodeRoom node, List<Allocation> allocations) {}

    private record Candidate(Allocation allocation, Holding holding, int priority) {

        static Candidate of(Holding holding) {
            return new Candidate(holding.allocation(), holding, holding.job().getPriority());
        }
    }

    private record Choice(NodeRoom node, List<Candidate> candidates) {

        int highest() {
            return candidates.stream().mapToInt(Candidate::priority).max().orElse(0);
        }

        int sum() {
            return candidates.stream().mapToInt(Candidate::priority).sum();
        }
    }

    private final LaterProposal onceStopped;

    Preemption(LaterProposal onceStopped) {
        this.onceStopped = onceStopped;
    }

    /**
     * Chooses the node on which the least important go.
     *
     * @param nodes nodes that may run the group, but lack something
     * @return empty if it fits on none, whatever goes
     */
    Optional<Victims> choose(Demand demand, Stream<NodeRoom> nodes) {
        return nodes.flatMap(node -> choose(demand, node).stream())
                .min(Comparator.comparingInt(Choice::highest)
                        .thenComparingInt(Choice::sum)
                        .thenComparing(choice -> choice.node().node().getName()))
                .map(choice -> new Victims(
                        choice.node(),
                        choice.candidates().stream().map(Candidate::allocation).toList()));
    }

    private Optional<Choice> choose(Demand demand, NodeRoom node) {
        NodeRoom room = onceStopped.get().room(node).copy();
        List<Candidate> candidates = candidates(demand, room);
        List<Candidate> chosen = new ArrayList<>();
        candidates.stream().filter(one -> holdsStaticPort(one, demand.ask())).forEach(one -> take(one, room, chosen));
        candidates.removeAll(chosen);
        while (!room.shortages(demand.ask()).isEmpty() && !candidates.isEmpty()) {
            Candidate next = nearest(candidates, room, demand.ask());
            candidates.remove(next);
            take(next, room, chosen);
        }
        if (!room.shortages(demand.ask()).isEmpty()) {
            return Optional.empty();
        }
        spareUnneeded(chosen, room, demand.ask());
        return Optional.of(new Choice(node, chosen));
    }

    private List<Candidate> candidates(Demand demand, NodeRoom room) {
        int highest = demand.job().getPriority() - LEAST_DIFFERENCE;
        return room.holdings().stream()
                .filter(holding -> !holding.isPlanned()
                        && !holding.allocation().getJobId().equals(demand.job().getId()))
                .map(Candidate::of)
                .filter(one -> one.priority() <= highest)
                .sorted(Comparator.comparing(one -> one.allocation().getId()))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static void take(Candidate one, NodeRoom room, List<Candidate> chosen) {
        room.release(one.allocation().getId());
        chosen.add(one);
    }

    private static boolean holdsStaticPort(Candidate one, GroupAsk ask) {
        List<Integer> asked = ask.ports().stream()
                .filter(PortAsk::isStatic)
                .map(PortAsk::number)
                .toList();
        return one.holding().ports().stream().map(AllocatedPort::getPort).anyMatch(asked::contains);
    }

    private static Candidate nearest(List<Candidate> candidates, NodeRoom room, GroupAsk ask) {
        return candidates.stream()
                .min(Comparator.comparingInt(Candidate::priority).thenComparingDouble(one -> distance(one, room, ask)))
                .orElseThrow();
    }

    /** How far what one holds is from what is lacking, each as a share of that. */
    private static double distance(Candidate one, NodeRoom room, GroupAsk ask) {
        double cpu = share(room.lackingCpu(ask), one.holding().cpu());
        double memory = share(room.lackingMemory(ask), one.holding().memoryMib());
        return Math.hypot(cpu, memory);
    }

    private static double share(long lacking, long held) {
        return lacking <= 0 ? 0 : (double) (lacking - held) / lacking;
    }

    /** Lets those stay after all that turn out not to be in the way, the most important first. */
    private static void spareUnneeded(List<Candidate> chosen, NodeRoom room, GroupAsk ask) {
        List<Candidate> order = chosen.stream()
                .sorted(Comparator.comparingInt(Candidate::priority)
                        .reversed()
                        .thenComparing(one -> one.allocation().getId()))
                .toList();
        for (Candidate one : order) {
            room.hold(one.allocation().getId(), one.holding());
            if (room.shortages(ask).isEmpty()) {
                chosen.remove(one);
            } else {
                room.release(one.allocation().getId());
            }
        }
    }
}
