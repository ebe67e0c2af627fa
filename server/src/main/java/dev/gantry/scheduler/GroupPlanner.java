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
    private final List<Stop> preempted = new ArrayList<>();
    /** There is one as soon as there is a proposal to search in. */
    private Optional<NodeSearch> searchOnceStopped = Optional.empty();

    private List<NodeScore> scores = List.of();

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

    /** Places what nothing fills and what fits now. */
    void placeEmpty() {
        int before = placements.size();
        open.removeIf(vacancy -> vacancy.replaced().isEmpty() && placeNow(vacancy));
        noteScores(before);
    }

    /**
     * Replaces what is to be replaced where the new one fits now.
     *
     * @return whether anything was stopped, so that more may fit
     */
    boolean replaceNow() {
        int before = placements.size();
        open.removeIf(vacancy ->
                vacancy.replaced().filter(old -> replaceNow(vacancy, old)).isPresent());
        noteScores(before);
        return placements.size() > before;
    }

    /** Reserves room, that is not free yet, for what nothing fills. To be done once nothing more fits now. */
    void reserveEmpty() {
        for (Vacancy vacancy : open) {
            if (vacancy.replaced().isEmpty()) {
                findOnceStopped(vacancy).ifPresent(node -> reserve(vacancy, node));
            }
        }
    }

    /**
     * Stops what is to be replaced where the new one fits once that has ended.
     *
     * @return whether anything was stopped, so that more may fit
     */
    boolean vacate() {
        int before = stops.size();
        open.replaceAll(
                vacancy -> vacancy.replaced().map(old -> vacate(vacancy, old)).orElse(vacancy));
        return stops.size() > before;
    }

    /** No vacancy waits for room any more. */
    void withdrawReservations() {
        waiting.forEach((vacancy, node) ->
                onceStopped.plan(proposal -> proposal.withdraw(name(vacancy), change.taskGroup(), node)));
        waiting.clear();
    }

    /** Lets allocations of less important jobs go for vacancies that fit nowhere. To be done last. */
    void preempt(Preemption preemption) {
        open.replaceAll(vacancy -> waiting.containsKey(vacancy) ? vacancy : preempt(preemption, vacancy));
    }

    /** The vacancy as it is then. */
    private Vacancy preempt(Preemption preemption, Vacancy vacancy) {
        Stream<NodeRoom> full = searchOnceStopped()
                .fullNodes(NODES_TO_PREEMPT)
                .filter(node -> vacancy.onNode()
                        .filter(only -> !only.equals(node.node().getId()))
                        .isEmpty());
        return preemption
                .choose(demand, full)
                .map(victims -> preempt(victims, vacancy))
                .orElse(vacancy);
    }

    private Vacancy preempt(Preemption.Victims victims, Vacancy vacancy) {
        String reason = "%s.%s[%d] of priority %d takes its room"
                .formatted(
                        demand.job().getId(),
                        change.taskGroup(),
                        vacancy.index(),
                        demand.job().getPriority());
        victims.allocations().forEach(one -> {
            now.evict(one);
            onceStopped.plan(proposal -> proposal.evict(one));
            preempted.add(new Stop(one, StopCause.PREEMPTED, reason));
        });
        vacancy.replaced().ifPresent(old -> {
            now.stop(old.allocation());
            onceStopped.plan(proposal -> proposal.stop(old.allocation()));
            stops.add(old);
        });
        Vacancy vacated = vacancy.vacated();
        reserve(vacated, victims.node());
        return vacated;
    }

    List<Placement> placements() {
        return placements;
    }

    List<Stop> stops() {
        return stops;
    }

    /** What is stopped of other jobs. */
    List<Stop> preempted() {
        return preempted;
    }

    GroupOutcome outcome() {
        return new GroupOutcome(
                change.taskGroup(),
                placements.size(),
                stops.size(),
                change.updates().size(),
                change.kept() + kept().size(),
                preempted.stream().map(Stop::allocation).toList(),
                scores,
                failure());
    }

    private Optional<PlacementFailure> failure() {
        if (open.isEmpty()) {
            return Optional.empty();
        }
        List<Stop> kept = kept();
        int outdated = (int)
                kept.stream().filter(stop -> stop.cause() == StopCause.REPLACED).count();
        return Optional.of(new FailureReport(search)
                .write(change.taskGroup(), open.size(), waiting.size(), outdated, kept.size() - outdated));
    }

    /** What would have been stopped, had there been room for what is to come in its place. */
    private List<Stop> kept() {
        return open.stream().flatMap(vacancy -> vacancy.replaced().stream()).toList();
    }

    private boolean replaceNow(Vacancy vacancy, Stop old) {
        now.stop(old.allocation());
        boolean placed = placeNow(vacancy);
        if (placed) {
            onceStopped.plan(proposal -> proposal.stop(old.allocation()));
            stops.add(old);
        } else {
            now.keep(old.allocation());
        }
        return placed;
    }

    /** The vacancy as it is then. */
    private Vacancy vacate(Vacancy vacancy, Stop old) {
        onceStopped.plan(proposal -> proposal.stop(old.allocation()));
        Optional<NodeRoom> later = findOnceStopped(vacancy);
        if (later.isEmpty()) {
            onceStopped.plan(proposal -> proposal.keep(old.allocation()));
            return vacancy;
        }
        now.stop(old.allocation());
        stops.add(old);
        Vacancy vacated = vacancy.vacated();
        reserve(vacated, later.get());
        return vacated;
    }

    private boolean placeNow(Vacancy vacancy) {
        Seed seed = demand.seed(vacancy.index());
        Optional<NodeRoom> found = search.find(seed, vacancy);
        found.ifPresent(node -> {
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

    private void noteScores(int placedBefore) {
        if (placements.size() > placedBefore) {
            scores = search.best();
        }
    }

    private Optional<NodeRoom> findOnceStopped(Vacancy vacancy) {
        return searchOnceStopped().find(demand.seed(vacancy.index()), vacancy);
    }

    /** So that two vacancies don't wait for the same room. */
    private void reserve(Vacancy vacancy, NodeRoom node) {
        Holding holding = onceStopped.get().room(node).choose(demand.ask(), demand.seed(vacancy.index()));
        onceStopped.plan(proposal -> proposal.place(name(vacancy), change.taskGroup(), node, holding));
        waiting.put(vacancy, node);
    }

    private NodeSearch searchOnceStopped() {
        onceStopped.get();
        return searchOnceStopped.orElseThrow();
    }

    /** Under which the proposals know what fills it. */
    private String name(Vacancy vacancy) {
        return change.taskGroup() + "[" + vacancy.index() + "]@" + demand.jobVersion()
                + vacancy.onNode().orElse("");
    }
}
