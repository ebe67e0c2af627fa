package dev.gantry.scheduler.reconcile;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.gantry.scheduler.plan.DelayedReschedule;
import dev.gantry.scheduler.plan.InPlaceUpdate;
import dev.gantry.scheduler.plan.RescheduleHistory;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.plan.StopCause;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The first step of a {@link GroupReconciliation}: decides for each index of a group which allocation keeps the index,
 * and which request the index needs. The lists are complete once {@link #of} has returned, and are not changed after
 * that.
 */
final class IndexComparison {

    /** Allocations to stop: those above the count, failed canaries, and all but one of an index. */
    final List<Stop> surplus = new ArrayList<>();
    /** Allocations to update in place. */
    final List<InPlaceUpdate> updates = new ArrayList<>();
    /** Requests for the successors of failed and lost allocations. */
    final List<PlacementRequest> successors = new ArrayList<>();
    /** Failed allocations to reschedule later. */
    final List<DelayedReschedule> reschedules = new ArrayList<>();
    /** Allocations of older versions whose index has no allocation of the newest version yet, by index. */
    final List<Allocation> outdated = new ArrayList<>();
    /** Allocations that stay, without those in {@link #outdated}. */
    final List<Allocation> staying = new ArrayList<>();
    /** Indexes without any allocation. */
    final List<Integer> empty = new ArrayList<>();

    private final Demand demand;
    private final GroupRollout rollout;
    private final Instant now;
    private final InPlaceRule inPlace;

    private Optional<Instant> followUpTime = Optional.empty();
    private int settled;
    private boolean complete = true;
    private boolean failedInDeployment;
    private int canariesEnded;

    private IndexComparison(ClusterState cluster, GroupRollout rollout, Instant now) {
        this.demand = rollout.demand();
        this.rollout = rollout;
        this.now = now;
        this.inPlace = new InPlaceRule(cluster, demand);
    }

    /**
     * Compares a group index by index.
     *
     * @param cluster the cluster
     * @param rollout the group with its deployment
     * @param now the time
     * @param wanted the allocations that are to run, of any version
     * @param ended the terminal allocations of the newest version that have no successor
     */
    static IndexComparison of(
            ClusterState cluster, GroupRollout rollout, Instant now, List<Allocation> wanted, List<Allocation> ended) {
        IndexComparison comparison = new IndexComparison(cluster, rollout, now);
        NavigableMap<Integer, List<Allocation>> places =
                wanted.stream().collect(groupingBy(Allocation::getIndex, TreeMap::new, toList()));
        Map<Integer, Allocation> newestEnded = new HashMap<>();
        ended.forEach(one ->
                newestEnded.merge(one.getIndex(), one, (a, b) -> a.getCreateIndex() >= b.getCreateIndex() ? a : b));
        int count = rollout.demand().group().getCount();
        places.tailMap(count, true)
                .descendingMap()
                .values()
                .forEach(place -> place.forEach(comparison::stopAboveCount));
        cluster.checkDeadline();
        for (int index = 0; index < count; index++) {
            comparison.compare(
                    index, places.getOrDefault(index, List.of()), Optional.ofNullable(newestEnded.get(index)));
        }
        return comparison;
    }

    /** Returns when the next delayed reschedule is due; empty if there is none. */
    Optional<Instant> followUpTime() {
        return followUpTime;
    }

    /** Returns how many indexes need nothing although their allocation has ended. */
    int settled() {
        return settled;
    }

    /**
     * Returns true if every allocation that stays is a healthy one of the newest version, and no failed or missing one
     * has to be replaced. Ignores outdated allocations.
     */
    boolean isHealthy() {
        return complete && empty.isEmpty();
    }

    /** Returns true if an allocation of the running deployment has failed, so that the deployment is about to fail. */
    boolean hasFailedInDeployment() {
        return failedInDeployment;
    }

    /** Returns how many canaries run or have ended. */
    int canaries() {
        return (int) staying.stream().filter(rollout::isTried).count() + canariesEnded;
    }

    /** Returns the allocations of older versions that run: outdated ones, and those beside a canary. */
    List<Allocation> older() {
        List<Allocation> older = new ArrayList<>(outdated);
        for (Allocation one : staying) {
            if (!rollout.isCurrent(one)) {
                older.add(one);
            }
        }
        return older;
    }

    /** Decides which allocation keeps an index, and which request the index needs. */
    private void compare(int index, List<Allocation> place, Optional<Allocation> ended) {
        if (place.isEmpty() && ended.isEmpty()) {
            empty.add(index);
            return;
        }
        List<Allocation> candidates = new ArrayList<>(place);
        candidates.removeIf(this::dropCanary);
        Optional<Allocation> current =
                candidates.stream().filter(rollout::isCurrent).findFirst();
        Optional<Allocation> updatable = current.isPresent()
                ? Optional.empty()
                : candidates.stream()
                        .filter(one -> inPlace.allows(one) && !isOnTrial(one, candidates))
                        .findFirst();
        Optional<Allocation> old =
                candidates.stream().filter(one -> !rollout.isCurrent(one)).findFirst();
        Optional<Allocation> kept = current.or(() -> updatable);
        Optional<Allocation> keptBeside = Optional.empty();
        if (old.isPresent()
                && updatable.isEmpty()
                && current.or(() -> ended).filter(rollout::isTried).isPresent()) {
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

    /**
     * Returns true for a canary that was not promoted: an older allocation, which it was to replace, still has its index. Such
     * a canary must not become an ordinary allocation by an update in place.
     */
    private boolean isOnTrial(Allocation one, List<Allocation> candidates) {
        return one.getCanary()
                && candidates.stream().anyMatch(beside -> !beside.getCanary() && !inPlace.allows(beside));
    }

    private void stopOthers(List<Allocation> candidates, Optional<Allocation> kept, Optional<Allocation> keptBeside) {
        candidates.stream()
                .filter(one ->
                        !Optional.of(one).equals(kept) && !Optional.of(one).equals(keptBeside))
                .forEach(one -> surplus.add(rollout.isCurrent(one) ? doubled(one) : replaced(one)));
    }

    /** Replaces a canary that was lost; a canary that failed or completed is only counted. */
    private void followCanary(Allocation ended) {
        complete = false;
        if (ended.getClientStatus() == ClientStatus.CLIENT_STATUS_LOST) {
            successors.add(successor(ended, RescheduleHistory.of(ended)));
        }
        canariesEnded++;
    }

    /** Decides what happens after the end of an allocation: a replacement, a later reschedule, or nothing. */
    private void follow(Allocation ended) {
        switch (ended.getClientStatus()) {
            case CLIENT_STATUS_LOST -> {
                complete = false;
                successors.add(successor(ended, RescheduleHistory.of(ended)));
            }
            case CLIENT_STATUS_FAILED -> reschedule(ended);
            default -> settled++;
        }
    }

    private void reschedule(Allocation failed) {
        complete = false;
        if (rollout.isRunning() && rollout.isOfDeployment(failed)) {
            // The deployment is about to fail, and may revert the job to another version: do not reschedule.
            failedInDeployment = true;
            settled++;
            return;
        }
        Optional<Instant> time = RescheduleRule.time(demand.group().getReschedule(), failed, now);
        if (time.filter(at -> !at.isAfter(now)).isPresent()) {
            successors.add(successor(failed, RescheduleRule.after(demand.group().getReschedule(), failed, now)));
        } else {
            settled++;
            time.ifPresent(at -> postpone(failed, at));
        }
    }

    private void postpone(Allocation failed, Instant at) {
        followUpTime = Optional.of(followUpTime.filter(at::isAfter).orElse(at));
        if (!failed.hasNextRescheduleTime()) {
            reschedules.add(new DelayedReschedule(failed, at));
        }
    }

    private PlacementRequest successor(Allocation ended, RescheduleHistory history) {
        return PlacementRequest.forIndex(ended.getIndex()).after(ended, history).asCanary(rollout.isTried(ended));
    }

    private void stay(Allocation one) {
        staying.add(one);
        complete &= rollout.isCurrent(one) && one.getHealthy();
    }

    private void update(Allocation one) {
        boolean healthy =
                one.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING && (!one.hasHealthy() || one.getHealthy());
        complete &= healthy;
        updates.add(new InPlaceUpdate(one, DeploymentRule.idFor(demand, rollout.deployment()), healthy));
    }

    private void stopAboveCount(Allocation one) {
        String reason = "the group's count is %d now".formatted(demand.group().getCount());
        surplus.add(new Stop(one, StopCause.COUNT_LOWERED, reason));
    }

    private boolean dropCanary(Allocation one) {
        boolean drop = rollout.isFailedCanary(one);
        if (drop) {
            surplus.add(new Stop(one, StopCause.CANARY_DROPPED, "the deployment of this canary has failed"));
        }
        return drop;
    }

    private static boolean isComplete(Allocation ended) {
        return ended.getClientStatus() == ClientStatus.CLIENT_STATUS_COMPLETE;
    }

    private static Stop doubled(Allocation one) {
        return new Stop(one, StopCause.DOUBLED, "another allocation has index %d already".formatted(one.getIndex()));
    }

    private static Stop replaced(Allocation one) {
        return new Stop(one, StopCause.REPLACED, Reconciliation.OUTDATED);
    }
}
