package dev.gantry.api;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import dev.gantry.model.AllocationLife;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Adds to stored allocations what is not stored but found out: why their nodes may not run them any more. */
final class AllocationRecords {

    private record Group(String jobId, long version, String name) {}

    private final StoreReader reader;
    private final Scheduler scheduler;

    AllocationRecords(StoreReader reader, Scheduler scheduler) {
        this.reader = reader;
        this.scheduler = scheduler;
    }

    Allocation withMisfit(Allocation allocation) {
        return withMisfits(List.of(allocation)).get(0);
    }

    /** The same in the same order; at most a thousand. */
    List<Allocation> withMisfits(List<Allocation> allocations) {
        List<Allocation> wanted =
                allocations.stream().filter(AllocationLife::isWanted).toList();
        if (wanted.isEmpty()) {
            return allocations;
        }
        Map<String, Node> nodes =
                reader
                        .nodes()
                        .findAll(wanted.stream().map(Allocation::getNodeId).collect(toSet()))
                        .stream()
                        .collect(toMap(Node::getId, node -> node));
        Map<Group, Function<Node, Optional<String>>> misfits =
                misfits(reader.jobs().versionsOf(wanted));
        return allocations.stream()
                .map(one -> AllocationLife.isWanted(one) ? withMisfit(one, nodes, misfits) : one)
                .toList();
    }

    /** What each group asks of nodes is read once, however many allocations it has. */
    private Map<Group, Function<Node, Optional<String>>> misfits(List<JobVersion> versions) {
        Map<Group, Function<Node, Optional<String>>> misfits = new HashMap<>();
        for (JobVersion version : versions) {
            Job job = version.getJob();
            job.getTaskGroupsList()
                    .forEach(group -> misfits.put(
                            new Group(job.getId(), version.getVersion(), group.getName()),
                            scheduler.misfit(job, group)));
        }
        return misfits;
    }

    private static Allocation withMisfit(
            Allocation allocation, Map<String, Node> nodes, Map<Group, Function<Node, Optional<String>>> misfits) {
        Group group = new Group(allocation.getJobId(), allocation.getJobVersion(), allocation.getTaskGroup());
        return Optional.ofNullable(nodes.get(allocation.getNodeId()))
                .flatMap(node ->
                        misfits.getOrDefault(group, any -> Optional.empty()).apply(node))
                .map(reason -> allocation.toBuilder().setMisfit(reason).build())
                .orElse(allocation);
    }
}
