package dev.gantry.api;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import com.google.common.collect.Iterators;
import dev.gantry.model.AllocationStatuses;
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

/**
 * Adds to allocations the reason why their nodes may not run them any more. The reason is computed when it is read, not
 * stored.
 */
final class AllocationMisfits {

    private static final int VERSIONS_AT_A_TIME = 4;

    private record JobKey(String jobId, long version) {}

    private record Group(String jobId, long version, String name) {}

    private final StoreReader reader;
    private final Scheduler scheduler;

    AllocationMisfits(StoreReader reader, Scheduler scheduler) {
        this.reader = reader;
        this.scheduler = scheduler;
    }

    Allocation withMisfit(Allocation allocation) {
        return withMisfits(List.of(allocation)).get(0);
    }

    /** Returns the allocations with their reasons, in the same order. Takes at most a thousand allocations. */
    List<Allocation> withMisfits(List<Allocation> allocations) {
        List<Allocation> wanted =
                allocations.stream().filter(AllocationStatuses::isWanted).toList();
        if (wanted.isEmpty()) {
            return allocations;
        }
        Map<String, Node> nodes =
                reader
                        .nodes()
                        .findAll(wanted.stream().map(Allocation::getNodeId).collect(toSet()))
                        .stream()
                        .collect(toMap(Node::getId, node -> node));
        Map<String, String> misfits = new HashMap<>();
        Map<JobKey, List<Allocation>> byVersion =
                wanted.stream().collect(groupingBy(one -> new JobKey(one.getJobId(), one.getJobVersion())));
        Iterators.partition(byVersion.values().iterator(), VERSIONS_AT_A_TIME)
                .forEachRemaining(some -> find(some, nodes, misfits));
        return allocations.stream().map(one -> withMisfit(one, misfits)).toList();
    }

    /**
     * Looks a few versions up at a time: a job may have a mebibyte, and each allocation of a page may be of another
     * job.
     */
    private void find(List<List<Allocation>> some, Map<String, Node> nodes, Map<String, String> found) {
        List<Allocation> first =
                some.stream().map(ofVersion -> ofVersion.get(0)).toList();
        Map<Group, Function<Node, Optional<String>>> misfits =
                misfits(reader.jobs().versionsOf(first));
        some.stream()
                .flatMap(List::stream)
                .forEach(one -> misfit(one, nodes, misfits).ifPresent(reason -> found.put(one.getId(), reason)));
    }

    /** Makes one test for each group, however many allocations the group has. */
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

    private static Optional<String> misfit(
            Allocation allocation, Map<String, Node> nodes, Map<Group, Function<Node, Optional<String>>> misfits) {
        Group group = new Group(allocation.getJobId(), allocation.getJobVersion(), allocation.getTaskGroup());
        return Optional.ofNullable(nodes.get(allocation.getNodeId()))
                .flatMap(node ->
                        misfits.getOrDefault(group, any -> Optional.empty()).apply(node));
    }

    private static Allocation withMisfit(Allocation allocation, Map<String, String> misfits) {
        String reason = misfits.get(allocation.getId());
        return reason == null
                ? allocation
                : allocation.toBuilder().setMisfit(reason).build();
    }
}
