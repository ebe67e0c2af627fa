package dev.gantry.scheduler.reconcile;

import static java.util.stream.Collectors.groupingBy;

import dev.gantry.model.NodeEligibility;
import dev.gantry.scheduler.plan.InPlaceUpdate;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Compares a group of a system job with its allocations: one on each node that meets the requirements, each with index
 * 0.
 *
 * <p>An allocation that ended by itself is not replaced. One that was lost with its node is replaced when the node is
 * back. On a draining node, allocations of system jobs stop last, as in Nomad: when the node has no other allocations,
 * or at the drain's deadline.
 */
final class SystemReconciliation {

    private final ClusterState cluster;
    private final Demand demand;
    private final InPlaceRule inPlace;

    private final List<Stop> surplus = new ArrayList<>();
    private final List<InPlaceUpdate> updates = new ArrayList<>();
    private final List<PlacementRequest> requests = new ArrayList<>();
    private int kept;

    /**
     * Prepares the comparison.
     *
     * @param cluster the cluster
     * @param demand the group
     */
    SystemReconciliation(ClusterState cluster, Demand demand) {
        this.cluster = cluster;
        this.demand = demand;
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
                List.of(),
                Optional.empty(),
                Rollout.NONE);
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
            requests.add(PlacementRequest.forIndex(0)
                    .on(usage.node().getId())
                    .replacing(new Stop(staying, StopCause.REPLACED, Reconciliation.OUTDATED)));
        } else {
            keepOrStop(usage.node(), staying);
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
        boolean settled = ended.stream().anyMatch(one -> !isLost(one));
        if (settled) {
            kept++;
            return;
        }
        PlacementRequest request = PlacementRequest.forIndex(0).on(usage.node().getId());
        requests.add(ended.stream()
                .findFirst()
                .map(lost -> request.after(lost, lost.getRescheduleTimesList()))
                .orElse(request));
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

    private static boolean isLost(Allocation allocation) {
        return allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_LOST;
    }

    private boolean isCurrent(Allocation allocation) {
        return allocation.getJobVersion() == demand.jobVersion();
    }
}
