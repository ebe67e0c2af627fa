package dev.gantry.store;

import java.util.List;

/**
 * Holds the objects in memory that the store's writer would otherwise query.
 *
 * @param allocations the keys of allocations by node and job
 * @param openNodes the nodes that accept new allocations
 * @param jobIds a filter of stored job ids
 * @param requestIds a filter of stored request ids
 * @param recent the objects used last
 */
record WriterMemory(
        AllocationIndex allocations, OpenNodes openNodes, KeyFilter jobIds, KeyFilter requestIds, Recent recent) {

    WriterMemory(AllocationIndex allocations) {
        this(allocations, new OpenNodes(), new KeyFilter(), new KeyFilter(), new Recent());
    }

    /** Adds the changes of a committed write, and removes the allocations that the write deleted. */
    void committed(ChangeSet changes, List<Deletion.Deleted> deleted) {
        recent.committed(changes);
        allocations.committed(changes.allocations());
        openNodes.put(changes.nodes());
        openNodes.remove(changes.removedNodes());
        deleted.forEach(allocation -> allocations.remove(allocation.nodeId(), allocation.jobId(), allocation.rowKey()));
    }
}
