package dev.gantry.scheduler;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.PlacementFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fills the vacancies of one group.
 *
 * <p>An allocation of an older version is stopped only where the one that takes its place can be placed: at once, or, if
 * only what is being stopped is in its way, as soon as that has ended. Else it goes on running, as in Nomad: a job that
 * fits nowhere must not take down the version that runs.
 */
final class GroupPlanner {

    private final Demand demand;
    private final GroupChange change;
    private final Proposal now;
    private final Proposal onceStopped;
    private final NodeSearch search;
    private final NodeSearch searchOnceStopped;

    private final List<Vacancy> open;
    private final Map<Integer, NodeRoom> waiting = new HashMap<>();
    private final List<Placement> placements = new ArrayList<>();
    private final List<Stop> stops;
    private int freed;

    /** Nothing must be planned in the proposals yet. */
    GroupPlanner(Demand demand, GroupChange change, List<NodeRoom> nodes, Proposal now, Proposal onceStopped) {
        this.demand = demand;
        this.change = change;
        this.now = now;
        this.onceStopped = onceStopped;
        this.search = search(demand, nodes, now);
        this.searchOnceStopped = search(demand, nodes, onceStopped);
        this.open = new ArrayList<>(change.vacancies());
        this.stops = new ArrayList<>(change.surplus());
    }

    private static NodeSearch search(Demand demand, List<NodeRoom> nodes, Proposal proposal) {
        NodeSearch search = new NodeSearch(nodes, new Suitability(demand, proposal));
        proposal.onRoom(search::reconsider);
        return search;
    }

    /** Tries to fill each open vacancy that nothing fills now. To be done for all groups before any is advanced. */
    void fillEmpty() {
        open.removeIf(vacancy -> vacancy.outdated().isEmpty() && fill(vacancy));
    }

    /**
     * Tries to fill each open vacancy once more.
     *
     * @return whether anything was freed, so that another vacancy may be filled
     */
    boolean advance() {
        int freedBefore = freed;
        open.removeIf(this::fill);
        return freed > freedBefore;
    }

    List<Placement> placements() {
        return placements;
    }

    List<Stop> stops() {
        return stops;
    }

    GroupOutcome outcome() {
        int outdatedKept = (int) open.stream()
                .filter(vacancy -> vacancy.outdated().isPresent() && !waiting.containsKey(vacancy.index()))
                .count();
        Optional<PlacementFailure> failure = open.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new FailureReport(search).write(change.taskGroup(), open.size(), waiting.size(), outdatedKept));
        return new GroupOutcome(
                change.taskGroup(),
                placements.size(),
                stops.size(),
                0,
                change.kept() + outdatedKept,
                List.of(),
                failure);
    }

    /** Whether it is filled: what is only sure to be placed later stays open. */
    private boolean fill(Vacancy vacancy) {
        if (waiting.containsKey(vacancy.index())) {
            return placeNow(vacancy);
        }
        vacancy.outdated().ifPresent(this::stop);
        boolean placed = placeNow(vacancy);
        if (placed || placeOnceStopped(vacancy)) {
            vacancy.outdated().ifPresent(this::addStop);
        } else {
            vacancy.outdated().ifPresent(this::keep);
        }
        return placed;
    }

    private void addStop(Allocation outdated) {
        stops.add(new Stop(outdated, StopCause.REPLACED, Reconciliation.OUTDATED));
        freed++;
    }

    private void stop(Allocation outdated) {
        now.stop(outdated);
        onceStopped.stop(outdated);
    }

    private void keep(Allocation outdated) {
        now.keep(outdated);
        onceStopped.keep(outdated);
    }

    private boolean placeNow(Vacancy vacancy) {
        Seed seed = demand.seed(vacancy.index());
        Optional<NodeRoom> found = search.find(seed);
        found.ifPresent(node -> {
            Optional.ofNullable(waiting.remove(vacancy.index())).ifPresent(reserved -> withdraw(vacancy, reserved));
            Holding holding = now.room(node).choose(demand.ask(), seed);
            now.place(name(vacancy), change.taskGroup(), node, holding);
            onceStopped.place(name(vacancy), change.taskGroup(), node, holding);
            placements.add(new Placement(
                    change.taskGroup(),
                    vacancy.index(),
                    demand.jobVersion(),
                    node.node(),
                    holding.ports(),
                    Optional.empty(),
                    List.of(),
                    "",
                    false));
        });
        return found.isPresent();
    }

    /** Reserves room that is not free yet, so that two vacancies don't wait for the same. */
    private boolean placeOnceStopped(Vacancy vacancy) {
        Seed seed = demand.seed(vacancy.index());
        Optional<NodeRoom> found = searchOnceStopped.find(seed);
        found.ifPresent(node -> {
            Holding holding = onceStopped.room(node).choose(demand.ask(), seed);
            onceStopped.place(name(vacancy), change.taskGroup(), node, holding);
            waiting.put(vacancy.index(), node);
        });
        return found.isPresent();
    }

    private void withdraw(Vacancy vacancy, NodeRoom reserved) {
        onceStopped.withdraw(name(vacancy), change.taskGroup(), reserved);
        freed++;
    }

    private String name(Vacancy vacancy) {
        return "%s[%d]".formatted(change.taskGroup(), vacancy.index());
    }
}
