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
import dev.gantry.scheduler.state.Reservation;
import dev.gantry.scheduler.state.Seed;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.NodeScore;
import dev.gantry.v1.PlacementFailure;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds nodes for the placement requests of one group.
 *
 * <p>A request may replace a running allocation. The running allocation is stopped only if its replacement has a node:
 * either now, or as soon as allocations that are being stopped have ended. Otherwise the running allocation stays, as
 * in Nomad: a version that fits nowhere must not take down the version that runs.
 */
final class GroupPlanner {

    /** The most exhausted nodes that are searched for allocations to preempt. */
    private static final int NODES_TO_PREEMPT = 100;

    private final Demand demand;
    private final GroupChange change;
    private final String deploymentId;
    private final ClusterState cluster;
    private final PlanDraft now;
    private final LazyPlanDraft onceStopped;
    private final NodeSearch search;
    private final StickyDisks disks;

    private final List<PlacementRequest> open;
    private final Map<PlacementRequest, Reservation> waiting = new HashMap<>();
    private final List<Placement> placements = new ArrayList<>();
    private final List<Stop> stops;
    private final List<Stop> preempted = new ArrayList<>();
    /** Present once the draft in which it searches was made. */
    private Optional<NodeSearch> searchOnceStopped = Optional.empty();

    private List<NodeScore> scores = List.of();

    /**
     * Prepares the planning of a group.
     *
     * @param demand the group
     * @param change the requests and stops of the group
     * @param deploymentId the deployment that new allocations belong to; empty: none
     * @param cluster the cluster
     * @param now the draft in which stopping allocations still hold their resources; nothing may be planned in it yet
     * @param onceStopped the draft in which stopping allocations have ended; nothing may be planned in it yet
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
        this.cluster = cluster;
        this.now = now;
        this.onceStopped = onceStopped;
        this.search = search(demand, cluster, now);
        this.disks = new StickyDisks(cluster, demand);
        onceStopped.onMade(draft -> searchOnceStopped = Optional.of(search(demand, cluster, draft)));
        this.open = new ArrayList<>(change.requests());
        this.stops = new ArrayList<>(change.surplus());
    }

    private static NodeSearch search(Demand demand, ClusterState cluster, PlanDraft draft) {
        NodeSearch search = new NodeSearch(cluster, new Suitability(demand, draft));
        draft.onFreed(search::reconsider);
        return search;
    }

    /** Places the requests that replace no allocation and fit now. */
    void placeNew() {
        int before = placements.size();
        open.removeIf(request -> request.replaced().isEmpty() && placeNow(request));
        noteScores(before);
    }

    /**
     * Places the requests that replace an allocation and fit now, and plans to stop the replaced allocations.
     *
     * @return true if an allocation is to be stopped, so that more requests may fit
     */
    boolean replaceNow() {
        int before = placements.size();
        open.removeIf(request ->
                request.replaced().filter(old -> replaceNow(request, old)).isPresent());
        noteScores(before);
        return placements.size() > before;
    }

    /**
     * Reserves resources that stopping allocations will free, for requests that replace no allocation. Call it once no
     * request fits now.
     */
    void reserveForNew() {
        for (PlacementRequest request : open) {
            if (request.replaced().isEmpty()) {
                findOnceStopped(request).ifPresent(node -> reserve(request, node));
            }
        }
    }

    /**
     * Plans to stop allocations whose replacements fit once stopping allocations have ended, and reserves the
     * resources.
     *
     * @return true if an allocation is to be stopped, so that more requests may fit
     */
    boolean replaceOnceStopped() {
        int before = stops.size();
        open.replaceAll(request ->
                request.replaced().map(old -> replaceOnceStopped(request, old)).orElse(request));
        return stops.size() > before;
    }

    /** Gives up all reservations. */
    void withdrawReservations() {
        waiting.forEach((request, reserved) -> onceStopped.plan(
                draft -> draft.withdraw(name(request), change.taskGroup(), cluster.usageOf(reserved.nodeId()))));
        waiting.clear();
    }

    /**
     * Preempts allocations of jobs with lower priorities for requests that neither fit nor have a reservation. Call it
     * last.
     */
    void preempt(Preemption preemption) {
        open.replaceAll(request -> waiting.containsKey(request) ? request : preempt(preemption, request));
    }

    /** Returns the request as it is after preemption. */
    private PlacementRequest preempt(Preemption preemption, PlacementRequest request) {
        Stream<NodeUsage> exhausted = searchOnceStopped()
                .exhaustedNodes(NODES_TO_PREEMPT)
                .filter(node -> request.onNode()
                        .filter(only -> !only.equals(node.node().getId()))
                        .isEmpty());
        return preemption
                .choose(demand, exhausted)
                .map(victims -> preempt(victims, request))
                .orElse(request);
    }

    private PlacementRequest preempt(Preemption.Victims victims, PlacementRequest request) {
        String reason = "preempted by %s.%s[%d] of priority %d"
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
            disks.stop(request, old.allocation());
        });
        PlacementRequest remaining = request.withoutReplaced();
        reserve(remaining, victims.node());
        return remaining;
    }

    /** Returns the allocations to create. */
    List<Placement> placements() {
        return placements;
    }

    /** Returns the resources reserved for allocations that fit once stopping allocations have ended. */
    Collection<Reservation> waiting() {
        return waiting.values();
    }

    /** Returns the allocations of this job to stop. */
    List<Stop> stops() {
        return stops;
    }

    /** Returns the allocations of other jobs to stop. */
    List<Stop> preempted() {
        return preempted;
    }

    /** Returns the outcome for the group, with the reason if requests stay open. */
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

    /** Returns the stops that the plan drops because the replacements have no node. */
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

    /** Returns the request as it is after its allocation was stopped. */
    private PlacementRequest replaceOnceStopped(PlacementRequest request, Stop old) {
        onceStopped.plan(draft -> draft.stop(old.allocation()));
        Optional<NodeUsage> later = findOnceStopped(request);
        if (later.isEmpty()) {
            onceStopped.plan(draft -> draft.keep(old.allocation()));
            return request;
        }
        now.stop(old.allocation());
        stops.add(old);
        disks.stop(request, old.allocation());
        PlacementRequest remaining = request.withoutReplaced();
        reserve(remaining, later.get());
        return remaining;
    }

    private boolean placeNow(PlacementRequest request) {
        Seed seed = demand.seed(request.index());
        Optional<String> only = disks.onlyNode(request);
        Optional<NodeUsage> found =
                only.isPresent() ? search.findOn(only.get()) : search.find(seed, request, preferred(request));
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
                request.history(),
                deploymentId,
                request.canary(),
                disks.isSticky(),
                disks.before(request)
                        .filter(before -> before.getNodeId().equals(node.id()) || disks.canMigrate(before)));
    }

    private Optional<String> preferred(PlacementRequest request) {
        return disks.before(request).map(Allocation::getNodeId);
    }

    private void noteScores(int placedBefore) {
        if (placements.size() > placedBefore) {
            scores = search.best();
        }
    }

    private Optional<NodeUsage> findOnceStopped(PlacementRequest request) {
        return searchOnceStopped().find(demand.seed(request.index()), request, preferred(request));
    }

    /** Plans the allocation in {@link #onceStopped}, so that no other request is promised the same resources. */
    private void reserve(PlacementRequest request, NodeUsage node) {
        AllocatedResources resources =
                onceStopped.get().usageOf(node).choose(demand.request(), demand.seed(request.index()));
        onceStopped.plan(draft -> draft.place(name(request), change.taskGroup(), node, resources));
        waiting.put(request, new Reservation(node.id(), resources));
    }

    private NodeSearch searchOnceStopped() {
        onceStopped.get();
        return searchOnceStopped.orElseThrow();
    }

    /** Returns the name under which the drafts hold the resources of the request. */
    private String name(PlacementRequest request) {
        return change.taskGroup() + "[" + request.index() + "]@" + demand.jobVersion()
                + request.onNode().orElse("");
    }
}
