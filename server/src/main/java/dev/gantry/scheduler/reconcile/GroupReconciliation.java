package dev.gantry.scheduler.reconcile;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import com.google.protobuf.Timestamp;
import dev.gantry.scheduler.plan.DelayedReschedule;
import dev.gantry.scheduler.plan.InPlaceUpdate;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.plan.StopCause;
import dev.gantry.scheduler.reconcile.GroupChange.OlderRequests;
import dev.gantry.scheduler.reconcile.GroupChange.Rollout;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.scheduler.state.JobDeployments;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.TaskGroup;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Compares a group of a service or batch job with its allocations, index by index.
 *
 * <p>The rules, in this order: stop allocations whose index is not below the count; stop canaries of a failed
 * deployment; update in place where nothing has changed for the tasks; replace failed and lost allocations; replace
 * outdated allocations, as many at a time as the update strategy allows; and last, move allocations away from draining
 * nodes.
 */
final class GroupReconciliation {

    private final ClusterState cluster;
    private final Demand demand;
    private final Instant now;
    private final Optional<Deployment> deployment;
    private final Optional<DeploymentGroup> progress;
    private final InPlaceRule inPlace;

    private final List<Stop> surplus = new ArrayList<>();
    private final List<InPlaceUpdate> updates = new ArrayList<>();
    private final List<PlacementRequest> requests = new ArrayList<>();
    private final List<PlacementRequest> olderRequests = new ArrayList<>();
    private final List<DelayedReschedule> reschedules = new ArrayList<>();

    /** Allocations of older versions whose index has no allocation of the newest version yet. */
    private final List<Allocation> outdated = new ArrayList<>();
    /** Allocations that stay, without those in {@link #outdated}. */
    private final List<Allocation> staying = new ArrayList<>();

    private Optional<Instant> followUpTime = Optional.empty();
    private int settled;
    private boolean complete = true;
    private boolean failedInDeployment;
    private int canariesEnded;

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
        this.deployment = deployment;
        this.progress = progress;
        this.inPlace = new InPlaceRule(cluster, demand);
    }

    /**
     * Compares the group. Call it once.
     *
     * @param wanted the allocations that are to run, of any version
     * @param ended the terminal allocations of the newest version that have no successor
     */
    GroupChange change(List<Allocation> wanted, List<Allocation> ended) {
        NavigableMap<Integer, List<Allocation>> places =
                wanted.stream().collect(groupingBy(Allocation::getIndex, TreeMap::new, toList()));
        Map<Integer, Allocation> gone = new HashMap<>();
        ended.forEach(
                one -> gone.merge(one.getIndex(), one, (a, b) -> a.getCreateIndex() >= b.getCreateIndex() ? a : b));
        int count = demand.group().getCount();
        places.tailMap(count, true).descendingMap().values().forEach(place -> place.forEach(this::stopAboveCount));
        List<Integer> empty = new ArrayList<>();
        cluster.checkDeadline();
        for (int index = 0; index < count; index++) {
            settle(index, places.getOrDefault(index, List.of()), Optional.ofNullable(gone.get(index)), empty);
        }
        replaceOutdated();
        fillEmpty(empty);
        migrate();
        int leaving = (int) requests.stream()
                        .filter(one -> one.replaced().isPresent())
                        .count()
                + (int) olderRequests.stream()
                        .filter(one -> one.replaced().isPresent())
                        .count();
        requests.sort(Comparator.comparingInt(PlacementRequest::index));
        olderRequests.sort(Comparator.comparingInt(PlacementRequest::index));
        return new GroupChange(
                demand.group().getName(),
                staying.size() + outdated.size() + settled - leaving,
                surplus,
                updates,
                requests,
                older(),
                reschedules,
                followUpTime,
                new Rollout(wantsCanaries() ? canaries() : 0, complete && requests.isEmpty() && outdated.isEmpty()));
    }

    private Optional<OlderRequests> older() {
        return olderRequests.isEmpty()
                ? Optional.empty()
                : Optional.of(new OlderRequests(newestOutdated(), olderRequests));
    }

    /** Decides which allocation keeps an index, and what the index lacks. */
    private void settle(int index, List<Allocation> place, Optional<Allocation> ended, List<Integer> empty) {
        if (place.isEmpty() && ended.isEmpty()) {
            empty.add(index);
            return;
        }
        List<Allocation> candidates = new ArrayList<>(place);
        candidates.removeIf(this::dropCanary);
        Optional<Allocation> current =
                candidates.stream().filter(this::isCurrent).findFirst();
        Optional<Allocation> updatable = current.isPresent()
                ? Optional.empty()
                : candidates.stream().filter(inPlace::allows).findFirst();
        Optional<Allocation> old =
                candidates.stream().filter(one -> !isCurrent(one)).findFirst();
        Optional<Allocation> kept = current.or(() -> updatable);
        Optional<Allocation> keptBeside = Optional.empty();
        if (old.isPresent()
                && updatable.isEmpty()
                && current.or(() -> ended).filter(this::isTried).isPresent()) {
            current.ifPresentOrElse(this::stay, () -> followCanary(ended.orElseThrow()));
            stay(old.get());
            keptBeside = old;
        } else if (kept.isPresent()) {
            current.ifPresent(this::stay);
            updatable.ifPresent(this::update);
        } else if (ended.isPresent() && (old.isEmpty() || isComplete(ended.get()))) {
            follow(ended.get());
        } else if (old.isPresent()) {
            outdated.add(old.get());
            keptBeside = old;
        } else {
            empty.add(index);
        }
        stopOthers(candidates, kept, keptBeside);
    }

    private void stopOthers(List<Allocation> candidates, Optional<Allocation> kept, Optional<Allocation> keptBeside) {
        candidates.stream()
                .filter(one ->
                        !Optional.of(one).equals(kept) && !Optional.of(one).equals(keptBeside))
                .forEach(one -> surplus.add(isCurrent(one) ? doubled(one) : replaced(one)));
    }

    /** Replaces a canary that was lost; a canary that failed or completed is only counted. */
    private void followCanary(Allocation ended) {
        complete = false;
        if (ended.getClientStatus() == ClientStatus.CLIENT_STATUS_LOST) {
            requests.add(successor(ended, ended.getRescheduleTimesList()));
        }
        canariesEnded++;
    }

    /** Decides what follows an allocation that has ended: a replacement, a later reschedule, or nothing. */
    private void follow(Allocation ended) {
        switch (ended.getClientStatus()) {
            case CLIENT_STATUS_LOST -> requests.add(successor(ended, ended.getRescheduleTimesList()));
            case CLIENT_STATUS_FAILED -> reschedule(ended);
            default -> settled++;
        }
    }

    private void reschedule(Allocation failed) {
        complete = false;
        if (isRollingOut() && isOfDeployment(failed)) {
            // The deployment is about to fail, and may revert the job to another version: do not reschedule.
            failedInDeployment = true;
            settled++;
            return;
        }
        Optional<Instant> time = RescheduleRule.time(demand.group().getReschedule(), failed, now);
        if (time.filter(at -> !at.isAfter(now)).isPresent()) {
            List<Timestamp> times = new ArrayList<>(failed.getRescheduleTimesList());
            times.add(Timestamp.newBuilder()
                    .setSeconds(now.getEpochSecond())
                    .setNanos(now.getNano())
                    .build());
            requests.add(successor(failed, times));
        } else {
            settled++;
            time.ifPresent(at -> postpone(failed, at));
        }
    }

    private void postpone(Allocation failed, Instant at) {
        followUpTime = Optional.of(followUpTime.filter(at::isAfter).orElse(at));
        if (!failed.hasRescheduleAt()) {
            reschedules.add(new DelayedReschedule(failed, at));
        }
    }

    private PlacementRequest successor(Allocation ended, List<Timestamp> times) {
        return PlacementRequest.forIndex(ended.getIndex()).after(ended, times).asCanary(isTried(ended));
    }

    private void stay(Allocation one) {
        staying.add(one);
        complete &= isCurrent(one) && one.getHealthy();
    }

    private void update(Allocation one) {
        boolean healthy =
                one.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING && (!one.hasHealthy() || one.getHealthy());
        complete &= healthy;
        updates.add(new InPlaceUpdate(one, DeploymentRule.idFor(demand, deployment), healthy));
    }

    private void stopAboveCount(Allocation one) {
        String reason = "the group's count is %d now".formatted(demand.group().getCount());
        surplus.add(new Stop(one, StopCause.COUNT_LOWERED, reason));
    }

    /** Stops a canary of this version if its deployment has failed or was canceled before promotion. */
    private boolean dropCanary(Allocation one) {
        boolean drop = one.getCanary()
                && isCurrent(one)
                && deployment.isPresent()
                && !isRollingOut()
                && progress.filter(group -> !group.getPromoted()).isPresent();
        if (drop) {
            surplus.add(new Stop(one, StopCause.CANARY_DROPPED, "the deployment that it tries out has failed"));
        }
        return drop;
    }

    private void replaceOutdated() {
        outdated.sort(Comparator.comparingInt(Allocation::getIndex));
        if (wantsCanaries()) {
            int missing = canaries() - triedCanaries();
            outdated.stream()
                    .limit(Math.max(0, missing))
                    .forEach(one -> requests.add(
                            PlacementRequest.forIndex(one.getIndex()).asCanary(true)));
        } else {
            outdated.stream()
                    .limit(Math.max(0, replaceable()))
                    .forEach(one -> requests.add(
                            PlacementRequest.forIndex(one.getIndex()).replacing(replaced(one))));
        }
    }

    /** Returns how many outdated allocations may be replaced now. */
    private int replaceable() {
        if (!isStepwise() || outdated.isEmpty()) {
            return Integer.MAX_VALUE;
        }
        if (deployment.isPresent() && !isRollingOut()) {
            return deployment.get().getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL
                    ? demand.group().getUpdate().getMaxParallel()
                    : 0;
        }
        List<Allocation> begun = staying.stream().filter(this::isOfDeployment).toList();
        boolean isUnhealthy = begun.stream().anyMatch(one -> one.hasHealthy() && !one.getHealthy());
        long unproven = begun.stream().filter(one -> !one.getHealthy()).count()
                + requests.stream().filter(PlacementRequest::isUpkeep).count();
        return isUnhealthy || failedInDeployment
                ? 0
                : (int) Math.max(0, demand.group().getUpdate().getMaxParallel() - unproven);
    }

    /**
     * Fills indexes without any allocation. As long as the newest version is not trusted, an index that the older
     * version had too is filled with the older version, and an index that only the newest version has stays empty.
     */
    private void fillEmpty(List<Integer> empty) {
        complete &= empty.isEmpty();
        boolean trusted = !isStepwise()
                || outdatedOrTriedBeside().isEmpty()
                || !(wantsCanaries() || (deployment.isPresent() && !isRollingOut()));
        if (trusted) {
            empty.forEach(index -> requests.add(PlacementRequest.forIndex(index)));
        } else {
            int countBefore = countAt(newestOutdated());
            empty.stream()
                    .filter(index -> index < countBefore)
                    .forEach(index -> olderRequests.add(PlacementRequest.forIndex(index)));
        }
    }

    private int countAt(long version) {
        return cluster.groupAt(demand.job().getId(), version, demand.group().getName())
                .map(TaskGroup::getCount)
                .orElse(0);
    }

    private void migrate() {
        List<Allocation> all = new ArrayList<>(staying);
        all.addAll(outdated);
        if (all.isEmpty()) {
            return;
        }
        Set<String> replaced = requests.stream()
                .flatMap(request -> request.replaced().stream())
                .map(stop -> stop.allocation().getId())
                .collect(toSet());
        List<Allocation> leaving = all.stream()
                .filter(one -> mustMove(one) && !replaced.contains(one.getId()))
                .toList();
        int movable = MigrationRule.movable(demand, all);
        int moving = 0;
        for (Allocation one : leaving) {
            boolean overdue = isOverdue(one);
            if (overdue
                    || (MigrationRule.movesBeforeDeadline(demand) && (MigrationRule.isDown(one) || moving < movable))) {
                moving += MigrationRule.isDown(one) ? 0 : 1;
                migrate(one, overdue);
            }
        }
    }

    private void migrate(Allocation one, boolean overdue) {
        Stop stop = new Stop(one, StopCause.MIGRATED, "its node is draining");
        PlacementRequest request = PlacementRequest.forIndex(one.getIndex())
                .after(one, one.getRescheduleTimesList())
                .asCanary(isTried(one));
        if (overdue) {
            surplus.add(stop);
            staying.remove(one);
            outdated.remove(one);
        }
        PlacementRequest place = overdue ? request : request.replacing(stop);
        (isCurrent(one) ? requests : olderRequests).add(place);
    }

    private boolean mustMove(Allocation one) {
        return one.getMigrate() || cluster.usageOf(one.getNodeId()).node().hasDrain();
    }

    private boolean isOverdue(Allocation one) {
        return cluster.usageOf(one.getNodeId()).node().getDrain().getOverdue();
    }

    private List<Allocation> outdatedOrTriedBeside() {
        List<Allocation> old = new ArrayList<>(outdated);
        staying.stream().filter(one -> !isCurrent(one)).forEach(old::add);
        return old;
    }

    private long newestOutdated() {
        return outdatedOrTriedBeside().stream()
                .mapToLong(Allocation::getJobVersion)
                .max()
                .orElseThrow();
    }

    /** Returns true if canaries have to be placed or wait for promotion. */
    private boolean wantsCanaries() {
        boolean unpromoted = progress.map(group -> group.getDesiredCanaries() > 0 && !group.getPromoted())
                .orElse(canaries() > 0 && !outdatedOrTriedBeside().isEmpty());
        return isStepwise() && unpromoted && (deployment.isEmpty() || isRollingOut());
    }

    private int canaries() {
        int wished = progress.map(DeploymentGroup::getDesiredCanaries)
                .orElse(demand.group().getUpdate().getCanary());
        return Math.min(wished, demand.group().getCount());
    }

    private int triedCanaries() {
        return (int) staying.stream().filter(this::isTried).count() + canariesEnded;
    }

    /** Returns true for a canary of the newest version that is not promoted yet. */
    private boolean isTried(Allocation one) {
        return one.getCanary()
                && isCurrent(one)
                && progress.filter(DeploymentGroup::getPromoted).isEmpty();
    }

    private static boolean isComplete(Allocation ended) {
        return ended.getClientStatus() == ClientStatus.CLIENT_STATUS_COMPLETE;
    }

    private boolean isStepwise() {
        return DeploymentRule.isStepwise(demand);
    }

    private boolean isRollingOut() {
        return deployment.filter(JobDeployments::isRunning).isPresent();
    }

    private boolean isOfDeployment(Allocation one) {
        return deployment
                .filter(known -> known.getId().equals(one.getDeploymentId()))
                .isPresent();
    }

    private boolean isCurrent(Allocation one) {
        return one.getJobVersion() == demand.jobVersion();
    }

    private static Stop doubled(Allocation one) {
        return new Stop(one, StopCause.DOUBLED, "another allocation has index %d already".formatted(one.getIndex()));
    }

    private static Stop replaced(Allocation one) {
        return new Stop(one, StopCause.REPLACED, Reconciliation.OUTDATED);
    }
}
