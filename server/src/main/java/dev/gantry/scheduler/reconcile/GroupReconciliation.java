package dev.gantry.scheduler.reconcile;

import static java.util.stream.Collectors.toSet;

import dev.gantry.scheduler.plan.RescheduleHistory;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.plan.StopCause;
import dev.gantry.scheduler.reconcile.GroupChange.OlderRequests;
import dev.gantry.scheduler.reconcile.GroupChange.Rollout;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.TaskGroup;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compares a group of a service or batch job with its allocations, in steps. Each step reads the results of the steps
 * before it and returns its own:
 *
 * <ol>
 *   <li>{@link IndexComparison}, index by index: stop allocations whose index is not below the count, and canaries of a
 *       failed deployment; update in place where nothing has changed for the tasks; replace failed and lost
 *       allocations.
 *   <li>{@link #replaceOutdated}: replace outdated allocations, as many at a time as the update strategy allows.
 *   <li>{@link #fillEmpty}: place allocations at indexes that have none.
 *   <li>{@link #migrate}: move allocations away from draining nodes.
 *   <li>{@link #assemble}: put the results together.
 * </ol>
 */
final class GroupReconciliation {

    private final ClusterState cluster;
    private final Demand demand;
    private final Instant now;
    private final GroupRollout rollout;

    /**
     * Requests for two versions of the group.
     *
     * @param newest requests for the newest version
     * @param older requests for the newest of the older versions that run
     */
    private record Requests(List<PlacementRequest> newest, List<PlacementRequest> older) {}

    /**
     * The allocations that move away from draining nodes.
     *
     * @param stops those that stop at once, since their deadline has passed
     * @param requests requests for all that move
     */
    private record Migration(List<Stop> stops, Requests requests) {

        static final Migration NONE = new Migration(List.of(), new Requests(List.of(), List.of()));
    }

    /**
     * Prepares the comparison.
     *
     * @param cluster the cluster
     * @param demand the group
     * @param now the time
     * @param deployment the deployment of the newest version; empty: none
     * @param progress the group's part of that deployment; empty: none
     */
    GroupReconciliation(
            ClusterState cluster,
            Demand demand,
            Instant now,
            Optional<Deployment> deployment,
            Optional<DeploymentGroup> progress) {
        this.cluster = cluster;
        this.demand = demand;
        this.now = now;
        this.rollout = new GroupRollout(demand, deployment, progress);
    }

    /**
     * Compares the group.
     *
     * @param wanted the allocations that are to run, of any version
     * @param ended the terminal allocations of the newest version that have no successor
     */
    GroupChange change(List<Allocation> wanted, List<Allocation> ended) {
        IndexComparison indexes = IndexComparison.of(cluster, rollout, now, wanted, ended);
        List<Allocation> older = indexes.older();
        boolean wantsCanaries = rollout.wantsCanaries(!older.isEmpty());
        List<PlacementRequest> replacements = replaceOutdated(indexes, wantsCanaries);
        Requests filled = fillEmpty(indexes.empty, older, wantsCanaries);
        Migration migration = migrate(indexes, replacements);
        return assemble(indexes, older, wantsCanaries, replacements, filled, migration);
    }

    /**
     * Returns requests for canaries if they are wanted, else for the replacements of outdated allocations; none while the
     * deployment is paused.
     */
    private List<PlacementRequest> replaceOutdated(IndexComparison indexes, boolean wantsCanaries) {
        List<PlacementRequest> requests = new ArrayList<>();
        if (rollout.isPaused()) {
            return requests;
        }
        if (wantsCanaries) {
            indexes.outdated.stream()
                    .limit(Math.max(0, rollout.canaries() - indexes.canaries()))
                    .forEach(one -> requests.add(
                            PlacementRequest.forIndex(one.getIndex()).asCanary(true)));
        } else {
            indexes.outdated.stream()
                    .limit(replaceable(indexes))
                    .forEach(one -> requests.add(PlacementRequest.forIndex(one.getIndex())
                            .replacing(new Stop(one, StopCause.REPLACED, Reconciliation.OUTDATED))));
        }
        return requests;
    }

    /** Returns how many outdated allocations may be replaced now, 0 or more. */
    private int replaceable(IndexComparison indexes) {
        if (!rollout.isStepwise() || indexes.outdated.isEmpty()) {
            return Integer.MAX_VALUE;
        }
        if (rollout.hasEnded()) {
            return rollout.isSuccessful() ? Math.max(0, rollout.maxParallel()) : 0;
        }
        List<Allocation> begun =
                indexes.staying.stream().filter(rollout::isOfDeployment).toList();
        boolean isUnhealthy = begun.stream().anyMatch(one -> one.hasHealthy() && !one.getHealthy());
        if (isUnhealthy || indexes.hasFailedInDeployment()) {
            return 0;
        }
        long unproven = begun.stream().filter(one -> !one.getHealthy()).count() + indexes.successors.size();
        return (int) Math.max(0, rollout.maxParallel() - unproven);
    }

    /**
     * Returns requests for indexes without any allocation. As long as the newest version is not trusted, an index that
     * the older version had too is filled with the older version, and an index that only the newest version has stays
     * empty.
     */
    private Requests fillEmpty(List<Integer> empty, List<Allocation> older, boolean wantsCanaries) {
        boolean trusted = !rollout.isStepwise()
                || older.isEmpty()
                || !(wantsCanaries || rollout.isPaused() || rollout.hasEnded());
        int end = trusted ? Integer.MAX_VALUE : countAt(newestOf(older));
        List<PlacementRequest> requests = new ArrayList<>();
        for (int index : empty) {
            if (index < end) {
                requests.add(PlacementRequest.forIndex(index));
            }
        }
        return trusted ? new Requests(requests, List.of()) : new Requests(List.of(), requests);
    }

    /** Returns the moves away from draining nodes, without allocations that a replacement moves anyway. */
    private Migration migrate(IndexComparison indexes, List<PlacementRequest> replacements) {
        List<Allocation> all = new ArrayList<>(indexes.staying);
        all.addAll(indexes.outdated);
        if (all.isEmpty()) {
            return Migration.NONE;
        }
        Set<String> replaced = replacements.stream()
                .flatMap(request -> request.replaced().stream())
                .map(stop -> stop.allocation().getId())
                .collect(toSet());
        List<Allocation> leaving = all.stream()
                .filter(one -> mustMove(one) && !replaced.contains(one.getId()))
                .toList();
        int movable = MigrationRule.movable(demand, all);
        int moving = 0;
        Migration migration = new Migration(new ArrayList<>(), new Requests(new ArrayList<>(), new ArrayList<>()));
        for (Allocation one : leaving) {
            boolean overdue = isOverdue(one);
            if (overdue
                    || (MigrationRule.movesBeforeDeadline(demand) && (MigrationRule.isDown(one) || moving < movable))) {
                moving += MigrationRule.isDown(one) ? 0 : 1;
                migrate(one, overdue, migration);
            }
        }
        return migration;
    }

    private void migrate(Allocation one, boolean overdue, Migration migration) {
        Stop stop = new Stop(one, StopCause.MIGRATED, "its node is draining");
        PlacementRequest request = PlacementRequest.forIndex(one.getIndex())
                .after(one, RescheduleHistory.of(one))
                .asCanary(rollout.isTried(one));
        if (overdue) {
            migration.stops().add(stop);
        }
        (rollout.isCurrent(one)
                        ? migration.requests().newest()
                        : migration.requests().older())
                .add(overdue ? request : request.replacing(stop));
    }

    private GroupChange assemble(
            IndexComparison indexes,
            List<Allocation> older,
            boolean wantsCanaries,
            List<PlacementRequest> replacements,
            Requests filled,
            Migration migration) {
        List<Stop> surplus = new ArrayList<>(indexes.surplus);
        surplus.addAll(migration.stops());
        List<PlacementRequest> requests = new ArrayList<>(indexes.successors);
        requests.addAll(replacements);
        requests.addAll(filled.newest());
        requests.addAll(migration.requests().newest());
        requests.sort(Comparator.comparingInt(PlacementRequest::index));
        List<PlacementRequest> olderRequests = new ArrayList<>(filled.older());
        olderRequests.addAll(migration.requests().older());
        olderRequests.sort(Comparator.comparingInt(PlacementRequest::index));
        int running = indexes.staying.size()
                + indexes.outdated.size()
                - migration.stops().size();
        return new GroupChange(
                demand.group().getName(),
                running + indexes.settled() - replacing(requests) - replacing(olderRequests),
                surplus,
                indexes.updates,
                requests,
                olderRequests.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new OlderRequests(newestOf(older), olderRequests)),
                indexes.reschedules,
                indexes.followUpTime(),
                new Rollout(
                        wantsCanaries ? rollout.canaries() : 0,
                        indexes.isHealthy() && requests.isEmpty() && indexes.outdated.isEmpty()));
    }

    private static int replacing(List<PlacementRequest> requests) {
        int replacing = 0;
        for (PlacementRequest request : requests) {
            replacing += request.replaced().isPresent() ? 1 : 0;
        }
        return replacing;
    }

    private int countAt(long version) {
        return cluster.groupAt(demand.job().getId(), version, demand.group().getName())
                .map(TaskGroup::getCount)
                .orElse(0);
    }

    private static long newestOf(List<Allocation> older) {
        return older.stream().mapToLong(Allocation::getJobVersion).max().orElseThrow();
    }

    private boolean mustMove(Allocation one) {
        return one.getMigrate() || cluster.usageOf(one.getNodeId()).node().hasDrain();
    }

    private boolean isOverdue(Allocation one) {
        return cluster.usageOf(one.getNodeId()).node().getDrain().getOverdue();
    }
}
