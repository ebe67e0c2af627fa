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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Adds to stored allocations what is not stored but found out: why their nodes may not run them any more. */
final class AllocationRecords {

    private record Version(String jobId, long number) {}

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
        Map<Version, Job> jobs = reader.jobs().versionsOf(wanted).stream()
                .collect(toMap(one -> new Version(one.getJob().getId(), one.getVersion()), JobVersion::getJob));
        return allocations.stream()
                .map(one -> AllocationLife.isWanted(one) ? withMisfit(one, nodes, jobs) : one)
                .toList();
    }

    private Allocation withMisfit(Allocation allocation, Map<String, Node> nodes, Map<Version, Job> jobs) {
        Optional<Node> node = Optional.ofNullable(nodes.get(allocation.getNodeId()));
        Optional<Job> job =
                Optional.ofNullable(jobs.get(new Version(allocation.getJobId(), allocation.getJobVersion())));
        return node.flatMap(here -> job.flatMap(of -> misfit(of, allocation.getTaskGroup(), here)))
                .map(reason -> allocation.toBuilder().setMisfit(reason).build())
                .orElse(allocation);
    }

    private Optional<String> misfit(Job job, String taskGroup, Node node) {
        return job.getTaskGroupsList().stream()
                .filter(group -> group.getName().equals(taskGroup))
                .findFirst()
                .flatMap(group -> scheduler.misfit(job, group, node));
    }
}
