package dev.gantry.store;

import java.util.List;

/**
 * Holds the objects in memory that the store's writer would otherwise query.
 *
 * @param allocations the keys of allocations by node and job
 * @param openNodes the nodes that accept new allocations
 * @param jobIds a filter of stored job ids
 * @param requestIds a filter of stored request ids
 * @param nodeIds a filter of stored node ids
 * @param recent the objects used last
 */
record WriterMemory(
        AllocationIndex allocations,
        OpenNodes openNodes,
        KeyFilter jobIds,
        KeyFilter requestIds,
        KeyFilter nodeIds,
        Recent recent) {

    /** How many job ids and request ids the filters are made for, in 7 MiB each. */
    private static final int KEYS = 4_000_000;

    /** How many node ids the filter is made for, in 0.2 MiB. */
    private static final int NODES = 100_000;

    WriterMemory(AllocationIndex allocations) {
        this(
                allocations,
                new OpenNodes(),
                new KeyFilter(KEYS),
                new KeyFilter(KEYS),
                new KeyFilter(NODES),
                new Recent());
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
