package dev.gantry.scheduler.placement;

import dev.gantry.scheduler.plan.GroupOutcome;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.plan.StopCause;
import dev.gantry.scheduler.reconcile.GroupChange;
import dev.gantry.scheduler.reconcile.PlacementRequest;
import dev.gantry.scheduler.state.AllocatedResources;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.scheduler.state.Seed;
import dev.gantry.v1.NodeScore;
import dev.gantry.v1.PlacementFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Fills the requests of one group.
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
    private final PlanDraft now;
    private final LazyPlanDraft onceStopped;
    private final NodeSearch search;

    private final List<PlacementRequest> open;
    private final Map<PlacementRequest, NodeUsage> waiting = new HashMap<>();
    private final List<Placement> placements = new ArrayList<>();
    private final List<Stop> stops;
    private final List<Stop> preempted = new ArrayList<>();
    /** There is one as soon as there is a draft to search in. */
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
            PlanDraft now,
            LazyPlanDraft onceStopped) {
        this.demand = demand;
        this.change = change;
        this.deploymentId = deploymentId;
        this.now = now;
        this.onceStopped = onceStopped;
        this.search = search(demand, cluster, now);
        onceStopped.onMade(draft -> searchOnceStopped = Optional.of(search(demand, cluster, draft)));
        this.open = new ArrayList<>(change.requests());
        this.stops = new ArrayList<>(change.surplus());
    }

    private static NodeSearch search(Demand demand, ClusterState cluster, PlanDraft draft) {
        NodeSearch search = new NodeSearch(cluster, new Suitability(demand, draft));
        draft.onFreed(search::reconsider);
        return search;
    }

    /** Places what nothing fills and what fits now. */
    void placeEmpty() {
        int before = placements.size();
        open.removeIf(request -> request.replaced().isEmpty() && placeNow(request));
        noteScores(before);
    }

    /**
     * Replaces what is to be replaced where the new one fits now.
     *
     * @return whether anything was stopped, so that more may fit
     */
    boolean replaceNow() {
        int before = placements.size();
        open.removeIf(request ->
                request.replaced().filter(old -> replaceNow(request, old)).isPresent());
        noteScores(before);
        return placements.size() > before;
    }

    /** Reserves room, that is not free yet, for what nothing fills. To be done once nothing more fits now. */
    void reserveEmpty() {
        for (PlacementRequest request : open) {
            if (request.replaced().isEmpty()) {
                findOnceStopped(request).ifPresent(node -> reserve(request, node));
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
                request -> request.replaced().map(old -> vacate(request, old)).orElse(request));
        return stops.size() > before;
    }

    /** No request waits for room any more. */
    void withdrawReservations() {
        waiting.forEach(
                (request, node) -> onceStopped.plan(draft -> draft.withdraw(name(request), change.taskGroup(), node)));
        waiting.clear();
    }

    /** Lets allocations of less important jobs go for requests that fit nowhere. To be done last. */
    void preempt(Preemption preemption) {
        open.replaceAll(request -> waiting.containsKey(request) ? request : preempt(preemption, request));
    }

    /** The request as it is then. */
    private PlacementRequest preempt(Preemption preemption, PlacementRequest request) {
        Stream<NodeUsage> full = searchOnceStopped()
                .fullNodes(NODES_TO_PREEMPT)
                .filter(node -> request.onNode()
                        .filter(only -> !only.equals(node.node().getId()))
                        .isEmpty());
        return preemption
                .choose(demand, full)
                .map(victims -> preempt(victims, request))
                .orElse(request);
    }

    private PlacementRequest preempt(Preemption.Victims victims, PlacementRequest request) {
        String reason = "%s.%s[%d] of priority %d takes its room"
                .formatted(
                        demand.job().getId(),
                        change.taskGroup(),
                        request.index(),
                        demand.job().getPriority());
        victims.allocations().forEach(one -> {
            now.evict(one);
            onceStopped.plan(draft -> draft.evict(one));
            preempted.add(new Stop(one, StopCause.PREEMPTED, reason));
        });
        request.replaced().ifPresent(old -> {
            now.stop(old.allocation());
            onceStopped.plan(draft -> draft.stop(old.allocation()));
            stops.add(old);
        });
        PlacementRequest vacated = request.vacated();
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
        return Optional.of(new PlacementFailures(search)
                .write(change.taskGroup(), open.size(), waiting.size(), outdated, kept.size() - outdated));
    }

    /** What would have been stopped, had there been room for what is to come in its place. */
    private List<Stop> kept() {
        return open.stream().flatMap(request -> request.replaced().stream()).toList();
    }

    private boolean replaceNow(PlacementRequest request, Stop old) {
        now.stop(old.allocation());
        boolean placed = placeNow(request);
        if (placed) {
            onceStopped.plan(draft -> draft.stop(old.allocation()));
            stops.add(old);
        } else {
            now.keep(old.allocation());
        }
        return placed;
    }

    /** The request as it is then. */
    private PlacementRequest vacate(PlacementRequest request, Stop old) {
        onceStopped.plan(draft -> draft.stop(old.allocation()));
        Optional<NodeUsage> later = findOnceStopped(request);
        if (later.isEmpty()) {
            onceStopped.plan(draft -> draft.keep(old.allocation()));
            return request;
        }
        now.stop(old.allocation());
        stops.add(old);
        PlacementRequest vacated = request.vacated();
        reserve(vacated, later.get());
        return vacated;
    }

    private boolean placeNow(PlacementRequest request) {
        Seed seed = demand.seed(request.index());
        Optional<NodeUsage> found = search.find(seed, request);
        found.ifPresent(node -> {
            AllocatedResources resources = now.usageOf(node).choose(demand.request(), seed);
            now.place(name(request), change.taskGroup(), node, resources);
            onceStopped.plan(draft -> draft.place(name(request), change.taskGroup(), node, resources));
            placements.add(placement(request, node, resources));
        });
        return found.isPresent();
    }

    private Placement placement(PlacementRequest request, NodeUsage node, AllocatedResources resources) {
        return new Placement(
                change.taskGroup(),
                request.index(),
                demand.jobVersion(),
                node.node(),
                resources.ports(),
                request.previous(),
                request.rescheduleTimes(),
                deploymentId,
                request.canary());
    }

    private void noteScores(int placedBefore) {
        if (placements.size() > placedBefore) {
            scores = search.best();
        }
    }

    private Optional<NodeUsage> findOnceStopped(PlacementRequest request) {
        return searchOnceStopped().find(demand.seed(request.index()), request);
    }

    /** So that two requests don't wait for the same room. */
    private void reserve(PlacementRequest request, NodeUsage node) {
        AllocatedResources resources =
                onceStopped.get().usageOf(node).choose(demand.request(), demand.seed(request.index()));
        onceStopped.plan(draft -> draft.place(name(request), change.taskGroup(), node, resources));
        waiting.put(request, node);
    }

    private NodeSearch searchOnceStopped() {
        onceStopped.get();
        return searchOnceStopped.orElseThrow();
    }

    /** Under which the proposals know what fills it. */
    private String name(PlacementRequest request) {
        return change.taskGroup() + "[" + request.index() + "]@" + demand.jobVersion()
                + request.onNode().orElse("");
    }
}
