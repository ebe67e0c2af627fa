package dev.gantry.scheduler;

import dev.gantry.v1.NodeScore;
import dev.gantry.v1.PlacementFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Fills the vacancies of one group.
 *
 * <p>An allocation that is to be replaced is stopped only where the one that takes its place can be placed: at once, or,
 * if only what is being stopped is in its way, as soon as that has ended. Else it goes on running, as in Nomad: a job that
 * fits nowhere must not take down the version that runs.
 */
final class GroupPlanner {

    /** So many full nodes are looked through for what could go. */
    private static final int NODES_TO_PREEMPT = 100;

    private final Demand demand;
    private final GroupChange change;
    private final String deploymentId;
    private final Proposal now;
    private final LaterProposal onceStopped;
    private final NodeSearch search;

    private final List<Vacancy> open;
    private final Map<Vacancy, NodeRoom> waiting = new HashMap<>();
    private final List<Placement> placements = new ArrayList<>();
    private final List<Stop> stops;
    /** There is one as soon as there is a proposal to search in. */
    private Optional<NodeSearch> searchOnceStopped = Optional.empty();

    private List<NodeScore> scores = List.of();
    private int freed;

    /**
     * Begins to plan. Nothing must be planned in the proposals yet.
     *
     * @param deploymentId the deployment that what is placed is part of; empty: none
     */
    GroupPlanner(
            Demand demand,
            GroupChange change,
            String deploymentId,
            ClusterState cluster,
            Proposal now,
            LaterProposal onceStopped) {
        this.demand = demand;
        this.change = change;
        this.deploymentId = deploymentId;
        this.now = now;
        this.onceStopped = onceStopped;
        this.search = search(demand, cluster, now);
        onceStopped.onMade(proposal -> searchOnceStopped = Optional.of(search(demand, cluster, proposal)));
        this.open = new ArrayList<>(change.vacancies());
        this.stops = new ArrayList<>(change.surplus());
    }

    private static NodeSearch search(Demand demand, ClusterState cluster, Proposal proposal) {
        NodeSearch search = new NodeSearch(cluster, new Suitability(demand, proposal));
        proposal.onRoom(search::reconsider);
        return search;
    }

    /** Tries to fill each open vacancy that nothing fills now. To be done for all groups before any is advanced. */
    void fillEmpty() {
        open.removeIf(vacancy -> vacancy.replaced().isEmpty() && fill(vacancy));
        if (!placements.isEmpty()) {
            scores = search.best();
        }
    }

    /**
     * Tries to fill each open vacancy once more.
     *
     * @return whether anything was freed, so that another vacancy may be filled
     */
    boolean advance() {
        int freedBefore = freed;
        int placedBefore = placements.size();
        open.removeIf(this::fill);
        if (placements.size() > placedBefore) {
            scores = search.best();
        }
        return freed > freedBefore;
    }

    /** Lets allocations of less important jobs go for vacancies that fit nowhere. To be done last. */
    void preempt(Preemption preemption) {
        for (Vacancy vacancy : open) {
            if (!waiting.containsKey(vacancy)) {
                Stream<NodeRoom> full = searchOnceStopped()
                        .fullNodes(NODES_TO_PREEMPT)
                        .filter(node -> vacancy.onNode()
                                .filter(only -> !only.equals(node.node().getId()))
                                .isEmpty());
                preemption.choose(demand, full).ifPresent(victims -> preempt(vacancy, victims));
            }
        }
    }

    private void preempt(Vacancy vacancy, Preemption.Victims victims) {
        String reason = "%s.%s[%d] of priority %d takes its room"
                .formatted(
                        demand.job().getId(),
                        change.taskGroup(),
                        vacancy.index(),
                        demand.job().getPriority());
        victims.allocations().forEach(one -> {
            now.evict(one);
            onceStopped.plan(proposal -> proposal.evict(one));
            stops.add(new Stop(one, StopCause.PREEMPTED, reason));
        });
        vacancy.replaced().ifPresent(replaced -> {
            stop(replaced);
            addStop(replaced);
        });
        reserve(vacancy, victims.node());
    }

    List<Placement> placements() {
        return placements;
    }

    List<Stop> stops() {
        return stops;
    }

    GroupOutcome outcome() {
        int stillKept = (int) open.stream()
                .filter(vacancy -> vacancy.replaced().isPresent() && !waiting.containsKey(vacancy))
                .count();
        return new GroupOutcome(
                change.taskGroup(),
                placements.size(),
                stops.size(),
                change.updates().size(),
                change.kept() + stillKept,
                scores,
                failure());
    }

    private Optional<PlacementFailure> failure() {
        if (open.isEmpty()) {
            return Optional.empty();
        }
        List<Vacancy> kept = open.stream()
                .filter(vacancy -> vacancy.replaced().isPresent() && !waiting.containsKey(vacancy))
                .toList();
        int outdated = (int) kept.stream()
                .filter(vacancy -> vacancy.replaced().orElseThrow().cause() == StopCause.REPLACED)
                .count();
        return Optional.of(new FailureReport(search)
                .write(change.taskGroup(), open.size(), waiting.size(), outdated, kept.size() - outdated));
    }

    /** Whether it is filled: what is only sure to be placed later stays open. */
    private boolean fill(Vacancy vacancy) {
        if (waiting.containsKey(vacancy)) {
            return placeNow(vacancy);
        }
        vacancy.replaced().ifPresent(this::stop);
        boolean placed = placeNow(vacancy);
        if (placed || placeOnceStopped(vacancy)) {
            vacancy.replaced().ifPresent(this::addStop);
        } else {
            vacancy.replaced().ifPresent(this::keep);
        }
        return placed;
    }

    private void addStop(Stop replaced) {
        stops.add(replaced);
        freed++;
    }

    private void stop(Stop replaced) {
        now.stop(replaced.allocation());
        onceStopped.plan(proposal -> proposal.stop(replaced.allocation()));
    }

    private void keep(Stop replaced) {
        now.keep(replaced.allocation());
        onceStopped.plan(proposal -> proposal.keep(replaced.allocation()));
    }

    private boolean placeNow(Vacancy vacancy) {
        Seed seed = demand.seed(vacancy.index());
        Optional<NodeRoom> found = search.find(seed, vacancy);
        found.ifPresent(node -> {
            Optional.ofNullable(waiting.remove(vacancy)).ifPresent(reserved -> withdraw(vacancy, reserved));
            Holding holding = now.room(node).choose(demand.ask(), seed);
            now.place(name(vacancy), change.taskGroup(), node, holding);
            onceStopped.plan(proposal -> proposal.place(name(vacancy), change.taskGroup(), node, holding));
            placements.add(placement(vacancy, node, holding));
        });
        return found.isPresent();
    }

    private Placement placement(Vacancy vacancy, NodeRoom node, Holding holding) {
        return new Placement(
                change.taskGroup(),
                vacancy.index(),
                demand.jobVersion(),
                node.node(),
                holding.ports(),
                vacancy.previous(),
                vacancy.rescheduleTimes(),
                deploymentId,
                vacancy.canary());
    }

    /** Reserves room that is not free yet, so that two vacancies don't wait for the same. */
    private boolean placeOnceStopped(Vacancy vacancy) {
        Seed seed = demand.seed(vacancy.index());
        Optional<NodeRoom> found = searchOnceStopped().find(seed, vacancy);
        found.ifPresent(node -> reserve(vacancy, node));
        return found.isPresent();
    }

    private void reserve(Vacancy vacancy, NodeRoom node) {
        Holding holding = onceStopped.get().room(node).choose(demand.ask(), demand.seed(vacancy.index()));
        onceStopped.plan(proposal -> proposal.place(name(vacancy), change.taskGroup(), node, holding));
        waiting.put(vacancy, node);
    }

    private NodeSearch searchOnceStopped() {
        onceStopped.get();
        return searchOnceStopped.orElseThrow();
    }

    private void withdraw(Vacancy vacancy, NodeRoom reserved) {
        onceStopped.plan(proposal -> proposal.withdraw(name(vacancy), change.taskGroup(), reserved));
        freed++;
    }

    /** Under which the proposals know what fills it. */
    private String name(Vacancy vacancy) {
        return change.taskGroup() + "[" + vacancy.index() + "]@" + demand.jobVersion()
                + vacancy.onNode().orElse("");
    }
}
