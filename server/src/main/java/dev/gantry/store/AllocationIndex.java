package dev.gantry.store;

import dev.gantry.model.AllocationLife;
import dev.gantry.v1.Allocation;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which allocations may be on which node, and of which job: indexes of the database that are kept in memory. An index in
 * the database has a page rewritten for each new row, since neighbours on a node are strangers in every other order, and
 * two for each row that changes, since H2 takes it out of each index and puts it in again.
 *
 * <p>It knows all that there are, and may know some that were never committed, or have ended meanwhile: who asks it reads
 * the rows and passes over what does not fit. Written by the store's writer, read by any thread.
 */
final class AllocationIndex {

    private static final AllocationKeys NONE = new AllocationKeys();

    private final Map<String, AllocationKeys> nodes = new ConcurrentHashMap<>();
    private final Map<String, AllocationKeys> jobs = new ConcurrentHashMap<>();

    /** An allocation is about to be committed. */
    void expect(Allocation allocation) {
        add(allocation.getNodeId(), allocation.getJobId(), RowKey.of(allocation.getId()), false);
    }

    /** Allocations were committed as they are now. */
    void committed(Collection<Allocation> allocations) {
        for (Allocation allocation : allocations) {
            if (AllocationLife.isTerminal(allocation)) {
                add(allocation.getNodeId(), allocation.getJobId(), RowKey.of(allocation.getId()), true);
            }
        }
    }

    void add(String nodeId, String jobId, long rowKey, boolean ended) {
        nodes.computeIfAbsent(nodeId, unseen -> new AllocationKeys()).add(rowKey, ended);
        jobs.computeIfAbsent(jobId, unseen -> new AllocationKeys()).add(rowKey, ended);
    }

    /** An allocation was forgotten. */
    void remove(String nodeId, String jobId, long rowKey) {
        remove(nodes, nodeId, rowKey);
        remove(jobs, jobId, rowKey);
    }

    AllocationKeys ofNode(String nodeId) {
        return nodes.getOrDefault(nodeId, NONE);
    }

    AllocationKeys ofJob(String jobId) {
        return jobs.getOrDefault(jobId, NONE);
    }

    /** All that may not have ended, of several jobs. */
    List<Long> liveOfJobs(Collection<String> jobIds) {
        return jobIds.stream().flatMap(jobId -> ofJob(jobId).live().stream()).toList();
    }

    /** All of several jobs. */
    List<Long> allOfJobs(Collection<String> jobIds) {
        return jobIds.stream().flatMap(jobId -> ofJob(jobId).all().stream()).toList();
    }

    private static void remove(Map<String, AllocationKeys> owners, String owner, long rowKey) {
        AllocationKeys keys = owners.getOrDefault(owner, NONE);
        keys.remove(rowKey);
        if (keys.isEmpty()) {
            owners.remove(owner);
        }
    }
}
