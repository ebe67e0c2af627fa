package dev.gantry.store;

import dev.gantry.model.AllocationLife;
import dev.gantry.v1.Allocation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Which allocations may be on which node: an index of the database that is kept in memory, since neighbours on a node are
 * strangers in every other order, and each row would have a page of its own rewritten.
 *
 * <p>It knows all that there are, and may know some that were never committed, or have ended meanwhile: who asks it reads
 * the rows and passes over what does not fit. Written by the store's writer, read by any thread.
 */
final class NodeAllocations {

    private record Ids(NavigableSet<Long> live, NavigableSet<Long> ended) {

        Ids() {
            this(new ConcurrentSkipListSet<>(), new ConcurrentSkipListSet<>());
        }
    }

    private static final Ids NONE = new Ids();

    private final Map<String, Ids> nodes = new ConcurrentHashMap<>();

    /** An allocation is about to be committed. */
    void expect(Allocation allocation) {
        add(allocation.getNodeId(), RowKey.of(allocation.getId()), false);
    }

    /** Allocations were committed as they are now. */
    void committed(Collection<Allocation> allocations) {
        allocations.stream()
                .filter(AllocationLife::isTerminal)
                .forEach(allocation -> add(allocation.getNodeId(), RowKey.of(allocation.getId()), true));
    }

    void add(String nodeId, long rowKey, boolean ended) {
        Ids ids = nodes.computeIfAbsent(nodeId, unseen -> new Ids());
        if (ended) {
            // In this order, so that it is in one of the two at any time.
            ids.ended().add(rowKey);
            ids.live().remove(rowKey);
        } else {
            ids.live().add(rowKey);
        }
    }

    /** An allocation was forgotten. */
    void remove(String nodeId, long rowKey) {
        Ids ids = of(nodeId);
        ids.live().remove(rowKey);
        ids.ended().remove(rowKey);
    }

    /** All that may not have ended. */
    Set<Long> live(String nodeId) {
        return of(nodeId).live();
    }

    /** Those that have ended, the newest first. */
    List<Long> ended(String nodeId, int limit) {
        return of(nodeId).ended().descendingSet().stream().limit(limit).toList();
    }

    /**
     * A page of all, the newest first.
     *
     * @param before only keys less than this one
     */
    List<Long> page(String nodeId, long before, int limit) {
        List<Long> page = new ArrayList<>(newest(of(nodeId).live(), before, limit));
        page.addAll(newest(of(nodeId).ended(), before, limit));
        return page.stream()
                .distinct()
                .sorted((one, other) -> other.compareTo(one))
                .limit(limit)
                .toList();
    }

    private static List<Long> newest(NavigableSet<Long> ids, long before, int limit) {
        return ids.headSet(before, false).descendingSet().stream().limit(limit).toList();
    }

    private Ids of(String nodeId) {
        return nodes.getOrDefault(nodeId, NONE);
    }
}
