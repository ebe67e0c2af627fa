package dev.gantry.scheduler.placement;

import dev.gantry.scheduler.state.AllocatedResources;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.scheduler.state.ResourceRequest;
import dev.gantry.scheduler.state.ResourceRequest.PortRequest;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Chooses allocations of other jobs to stop so that an allocation of a more important job fits, as Nomad does. Only
 * jobs whose priority is lower by ten or more are considered. The lowest priorities are stopped first; among equal
 * priorities, the allocation whose resources are nearest to the lacking amount. No allocation is chosen that need not
 * go.
 */
final class Preemption {

    // In units of job priority.
    private static final int LEAST_DIFFERENCE = 10;

    /**
     * The allocations to stop on a node.
     *
     * @param node the node's usage in the cluster state
     * @param allocations the allocations
     */
    record Victims(NodeUsage node, List<Allocation> allocations) {}

    private record Candidate(Allocation allocation, AllocatedResources resources, int priority) {

        static Candidate of(AllocatedResources resources) {
            return new Candidate(
                    resources.allocation(), resources, resources.job().getPriority());
        }
    }

    private record Choice(NodeUsage node, List<Candidate> candidates) {

        int highest() {
            return candidates.stream().mapToInt(Candidate::priority).max().orElse(0);
        }

        int sum() {
            return candidates.stream().mapToInt(Candidate::priority).sum();
        }
    }

    private final LazyPlanDraft onceStopped;

    /**
     * Prepares the choice.
     *
     * @param onceStopped the draft in which stopping allocations have ended
     */
    Preemption(LazyPlanDraft onceStopped) {
        this.onceStopped = onceStopped;
    }

    /**
     * Chooses the node on which the least important allocations have to stop: compares the highest priority among them,
     * then the sum of their priorities, then the nodes' names.
     *
     * @param demand the group that needs resources
     * @param nodes nodes that meet the requirements but lack resources
     * @return the allocations to stop; empty if stopping allocations frees enough on no node
     */
    Optional<Victims> choose(Demand demand, Stream<NodeUsage> nodes) {
        return nodes.flatMap(node -> choose(demand, node).stream())
                .min(Comparator.comparingInt(Choice::highest)
                        .thenComparingInt(Choice::sum)
                        .thenComparing(choice -> choice.node().node().getName()))
                .map(choice -> new Victims(
                        choice.node(),
                        choice.candidates().stream().map(Candidate::allocation).toList()));
    }

    private Optional<Choice> choose(Demand demand, NodeUsage node) {
        NodeUsage usage = onceStopped.get().usageOf(node).copy();
        List<Candidate> candidates = candidates(demand, usage);
        List<Candidate> chosen = new ArrayList<>();
        candidates.stream()
                .filter(one -> holdsStaticPort(one, demand.request()))
                .forEach(one -> take(one, usage, chosen));
        candidates.removeAll(chosen);
        while (!usage.shortages(demand.request()).isEmpty() && !candidates.isEmpty()) {
            Candidate next = nearest(candidates, usage, demand.request());
            candidates.remove(next);
            take(next, usage, chosen);
        }
        if (!usage.shortages(demand.request()).isEmpty()) {
            return Optional.empty();
        }
        spareUnneeded(chosen, usage, demand.request());
        return Optional.of(new Choice(node, chosen));
    }

    private List<Candidate> candidates(Demand demand, NodeUsage usage) {
        int highest = demand.job().getPriority() - LEAST_DIFFERENCE;
        return usage.allocations().stream()
                .filter(resources -> !resources.isPlanned()
                        && !resources
                                .allocation()
                                .getJobId()
                                .equals(demand.job().getId()))
                .map(Candidate::of)
                .filter(one -> one.priority() <= highest)
                .sorted(Comparator.comparing(one -> one.allocation().getId()))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static void take(Candidate one, NodeUsage usage, List<Candidate> chosen) {
        usage.release(one.allocation().getId());
        chosen.add(one);
    }

    private static boolean holdsStaticPort(Candidate one, ResourceRequest request) {
        List<Integer> asked = request.ports().stream()
                .filter(PortRequest::isStatic)
                .map(PortRequest::number)
                .toList();
        return one.resources().ports().stream().map(AllocatedPort::getPort).anyMatch(asked::contains);
    }

    private static Candidate nearest(List<Candidate> candidates, NodeUsage usage, ResourceRequest request) {
        return candidates.stream()
                .min(Comparator.comparingInt(Candidate::priority)
                        .thenComparingDouble(one -> distance(one, usage, request)))
                .orElseThrow();
    }

    /**
     * Returns the distance between the resources of an allocation and the resources that the node lacks; CPU, memory
     * and disk each count as a share of the lacking amount.
     */
    private static double distance(Candidate one, NodeUsage usage, ResourceRequest request) {
        double cpu = share(usage.lackingCpu(request), one.resources().cpu());
        double memory = share(usage.lackingMemory(request), one.resources().memoryMib());
        double disk = share(usage.lackingDisk(request), one.resources().diskMib());
        return Math.hypot(Math.hypot(cpu, memory), disk);
    }

    private static double share(long lacking, long held) {
        return lacking <= 0 ? 0 : (double) (lacking - held) / lacking;
    }

    /** Keeps allocations whose resources turn out not to be needed, the most important first. */
    private static void spareUnneeded(List<Candidate> chosen, NodeUsage usage, ResourceRequest request) {
        List<Candidate> order = chosen.stream()
                .sorted(Comparator.comparingInt(Candidate::priority)
                        .reversed()
                        .thenComparing(one -> one.allocation().getId()))
                .toList();
        for (Candidate one : order) {
            usage.hold(one.allocation().getId(), one.resources());
            if (usage.shortages(request).isEmpty()) {
                chosen.remove(one);
            } else {
                usage.release(one.allocation().getId());
            }
        }
    }
}
