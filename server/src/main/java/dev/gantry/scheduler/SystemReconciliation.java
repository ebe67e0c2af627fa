package dev.gantry.scheduler;

import static java.util.stream.Collectors.groupingBy;

import dev.gantry.model.NodeLife;
import dev.gantry.scheduler.GroupChange.Rollout;
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
 * Compares a group of a system job with its allocations: one on each node that may run it. All have index 0.
 *
 * <p>What ended by itself is not placed anew, but for what was lost with its node, once that is back. On a draining node
 * they are the last to go (Nomad): when no other job is left there, or at the deadline.
 */
final class SystemReconciliation {

    private final ClusterState cluster;
    private final Demand demand;
    private final InPlaceRule inPlace;

    private final List<Stop> surplus = new ArrayList<>();
    private final List<InPlaceUpdate> updates = new ArrayList<>();
    private final List<Vacancy> vacancies = new ArrayList<>();
    private int kept;

    SystemReconciliation(ClusterState cluster, Demand demand) {
        this.cluster = cluster;
        this.demand = demand;
        this.inPlace = new InPlaceRule(cluster, demand);
    }

    GroupChange change(List<Allocation> wanted, List<Allocation> ended) {
        Map<String, List<Allocation>> running = wanted.stream().collect(groupingBy(Allocation::getNodeId));
        Map<String, List<Allocation>> gone = ended.stream().collect(groupingBy(Allocation::getNodeId));
        for (NodeRoom room : cluster.rooms()) {
            cluster.bear();
            String node = room.node().getId();
            change(room, running.getOrDefault(node, List.of()), gone.getOrDefault(node, List.of()));
        }
        return new GroupChange(
                demand.group().getName(),
                kept,
                surplus,
                updates,
                vacancies,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Rollout.NONE);
    }

    private void change(NodeRoom room, List<Allocation> wanted, List<Allocation> ended) {
        if (wanted.isEmpty()) {
            fill(room, ended);
            return;
        }
        wanted.stream().skip(1).forEach(this::stopDoubled);
        Allocation staying = wanted.get(0);
        if (mustLeave(room)) {
            surplus.add(new Stop(staying, StopCause.MIGRATED, "its node is draining"));
        } else if (isCurrent(staying)) {
            kept++;
        } else if (inPlace.allows(staying)) {
            updates.add(new InPlaceUpdate(staying, "", false));
        } else if (!demand.classes().judge(room).isRefused()) {
            vacancies.add(Vacancy.empty(0)
                    .on(room.node().getId())
                    .replacing(new Stop(staying, StopCause.REPLACED, Reconciliation.OUTDATED)));
        } else {
            keepOrStop(room.node(), staying);
        }
    }

    /** A node that is draining or not eligible keeps what it has; one that the new version must not be on does not. */
    private void keepOrStop(Node node, Allocation outdated) {
        if (!NodeLife.isOpen(node)) {
            kept++;
        } else {
            surplus.add(new Stop(outdated, StopCause.REPLACED, "the newest version may not run on its node"));
        }
    }

    private void fill(NodeRoom room, List<Allocation> ended) {
        if (demand.classes().judge(room).isRefused()) {
            return;
        }
        boolean settled = ended.stream().anyMatch(one -> !isLost(one));
        if (settled) {
            kept++;
            return;
        }
        Vacancy vacancy = Vacancy.empty(0).on(room.node().getId());
        vacancies.add(ended.stream()
                .findFirst()
                .map(lost -> vacancy.after(lost, lost.getRescheduleTimesList()))
                .orElse(vacancy));
    }

    private boolean mustLeave(NodeRoom room) {
        Drain drain = room.node().getDrain();
        return room.node().hasDrain()
                && !drain.getIgnoreSystemJobs()
                && (drain.getOverdue() || hasOnlySystemJobs(room));
    }

    private boolean hasOnlySystemJobs(NodeRoom room) {
        return room.holdings().stream().allMatch(holding -> holding.job().getType() == JobType.JOB_TYPE_SYSTEM);
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
