package dev.gantry.scheduler.reconcile;

import static java.util.stream.Collectors.groupingBy;

import dev.gantry.model.NodeEligibility;
import dev.gantry.model.PolicyDefaults;
import dev.gantry.model.ProtoTimes;
import dev.gantry.scheduler.plan.DelayedReschedule;
import dev.gantry.scheduler.plan.InPlaceUpdate;
import dev.gantry.scheduler.plan.RescheduleHistory;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.plan.StopCause;
import dev.gantry.scheduler.reconcile.GroupChange.Rollout;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.Demand;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Drain;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares a group of a system job with its allocations: one on each node that meets the requirements, each with index
 * 0.
 *
 * <p>With an {@code update} block, at most {@code max_parallel} outdated allocations are replaced within {@code stagger}.
 * An allocation that is still being started counts too, however long that takes.
 *
 * <p>An allocation whose tasks have succeeded is not replaced. One that has failed comes back on its node, after delays that
 * grow as a service's do by default: Nomad leaves it dead until something else changes. One that was lost with its node is
 * replaced when the node is back. On a draining node, allocations of system jobs stop last, as in Nomad: when the node has no other allocations,
 * or at the drain's deadline.
 */
final class SystemReconciliation {

    private final ClusterState cluster;
    private final Demand demand;
    private final Instant now;
    private final InPlaceRule inPlace;

    private final List<Stop> surplus = new ArrayList<>();
    private final List<InPlaceUpdate> updates = new ArrayList<>();
    private final List<PlacementRequest> requests = new ArrayList<>();
    private final List<DelayedReschedule> reschedules = new ArrayList<>();
    private int kept;
    private int replaceable = Integer.MAX_VALUE;
    private Instant untilNext = Instant.MAX;
    private Optional<Instant> next = Optional.empty();

    /**
     * Prepares the comparison.
     *
     * @param cluster the cluster
     * @param demand the group
     * @param now the time
     */
    SystemReconciliation(ClusterState cluster, Demand demand, Instant now) {
        this.cluster = cluster;
        this.demand = demand;
        this.now = now;
        this.inPlace = new InPlaceRule(cluster, demand);
    }

    /**
     * Compares the group. Call it once.
     *
     * @param wanted the allocations that are to run, of any version
     * @param ended the terminal allocations of the newest version that have no successor
     */
    GroupChange change(List<Allocation> wanted, List<Allocation> ended) {
        Map<String, List<Allocation>> running = wanted.stream().collect(groupingBy(Allocation::getNodeId));
        Map<String, List<Allocation>> gone = ended.stream().collect(groupingBy(Allocation::getNodeId));
        if (demand.group().hasUpdate()) {
            limitReplacements(wanted);
        }
        for (NodeUsage usage : cluster.nodes()) {
            cluster.checkDeadline();
            String node = usage.node().getId();
            change(usage, running.getOrDefault(node, List.of()), gone.getOrDefault(node, List.of()));
        }
        return new GroupChange(
                demand.group().getName(),
                kept,
                surplus,
                updates,
                requests,
                Optional.empty(),
                reschedules,
                next,
                Rollout.NONE);
    }

    private void limitReplacements(List<Allocation> wanted) {
        Duration stagger = ProtoTimes.toDuration(demand.group().getUpdate().getStagger());
        List<Instant> begun = wanted.stream()
                .filter(this::isCurrent)
                .filter(one -> one.getClientStatus() == ClientStatus.CLIENT_STATUS_PENDING
                        || endOf(one, stagger).isAfter(now))
                .map(one -> endOf(one, stagger))
                .sorted()
                .toList();
        replaceable = Math.max(0, demand.group().getUpdate().getMaxParallel() - begun.size());
        untilNext = begun.stream().filter(now::isBefore).findFirst().orElse(now.plus(stagger));
    }

    private static Instant endOf(Allocation allocation, Duration stagger) {
        return ProtoTimes.toInstant(allocation.getCreateTime()).plus(stagger);
    }

    private void change(NodeUsage usage, List<Allocation> wanted, List<Allocation> ended) {
        if (wanted.isEmpty()) {
            fill(usage, ended);
            return;
        }
        wanted.stream().skip(1).forEach(this::stopDoubled);
        Allocation staying = wanted.get(0);
        if (mustLeave(usage)) {
            surplus.add(new Stop(staying, StopCause.MIGRATED, "its node is draining"));
        } else if (isCurrent(staying)) {
            kept++;
        } else if (inPlace.allows(staying)) {
            updates.add(new InPlaceUpdate(staying, "", false));
        } else if (!demand.classes().judge(usage).isRefused()) {
            replace(usage, staying);
        } else {
            keepOrStop(usage.node(), staying);
        }
    }

    private void replace(NodeUsage usage, Allocation outdated) {
        if (replaceable > 0) {
            replaceable--;
            requests.add(PlacementRequest.forIndex(0)
                    .on(usage.node().getId())
                    .replacing(new Stop(outdated, StopCause.REPLACED, Reconciliation.OUTDATED)));
        } else {
            kept++;
            next = Optional.of(next.filter(untilNext::isAfter).orElse(untilNext));
        }
    }

    /**
     * Keeps an outdated allocation on a node that is down, draining or ineligible; stops one on a node that does not
     * meet the requirements of the new version.
     */
    private void keepOrStop(Node node, Allocation outdated) {
        if (!NodeEligibility.isSchedulable(node)) {
            kept++;
        } else {
            surplus.add(new Stop(outdated, StopCause.REPLACED, "the newest version may not run on its node"));
        }
    }

    private void fill(NodeUsage usage, List<Allocation> ended) {
        if (demand.classes().judge(usage).isRefused()) {
            return;
        }
        Optional<Allocation> last = ended.stream().max(Comparator.comparingLong(Allocation::getCreateIndex));
        switch (last.map(Allocation::getClientStatus).orElse(ClientStatus.CLIENT_STATUS_LOST)) {
            case CLIENT_STATUS_LOST ->
                requests.add(last.map(lost -> request(usage).after(lost, RescheduleHistory.of(lost)))
                        .orElseGet(() -> request(usage)));
            case CLIENT_STATUS_FAILED -> reschedule(usage, last.orElseThrow());
            default -> kept++;
        }
    }

    private void reschedule(NodeUsage usage, Allocation failed) {
        Instant at = RescheduleRule.time(PolicyDefaults.RESCHEDULE_OF_SYSTEM_JOBS, failed, now)
                .orElseThrow();
        if (!at.isAfter(now)) {
            requests.add(request(usage)
                    .after(failed, RescheduleRule.after(PolicyDefaults.RESCHEDULE_OF_SYSTEM_JOBS, failed, now)));
            return;
        }
        kept++;
        next = Optional.of(next.filter(at::isAfter).orElse(at));
        if (!failed.hasNextRescheduleTime()) {
            reschedules.add(new DelayedReschedule(failed, at));
        }
    }

    private static PlacementRequest request(NodeUsage usage) {
        return PlacementRequest.forIndex(0).on(usage.node().getId());
    }

    private boolean mustLeave(NodeUsage usage) {
        Drain drain = usage.node().getDrain();
        return usage.node().hasDrain()
                && !drain.getIgnoreSystemJobs()
                && (drain.getOverdue() || hasOnlySystemJobs(usage));
    }

    private boolean hasOnlySystemJobs(NodeUsage usage) {
        return usage.allocations().stream()
                .allMatch(resources -> resources.job().getType() == JobType.JOB_TYPE_SYSTEM);
    }

    private void stopDoubled(Allocation one) {
        surplus.add(new Stop(one, StopCause.DOUBLED, "another allocation is on its node already"));
    }

    private boolean isCurrent(Allocation allocation) {
        return allocation.getJobVersion() == demand.jobVersion();
    }
}
