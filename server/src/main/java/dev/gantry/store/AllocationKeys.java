package dev.gantry.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** The keys of the allocations of one node or one job. Changed by the store's writer, read by any thread. */
final class AllocationKeys {

    private final NavigableSet<Long> live = new ConcurrentSkipListSet<>();
    private final NavigableSet<Long> ended = new ConcurrentSkipListSet<>();

    /** Adds a key, or moves it to the ended ones. */
    void add(long rowKey, boolean hasEnded) {
        if (hasEnded) {
            // Add before removing, so that a reader finds the key in one of the two sets at any time.
            ended.add(rowKey);
            live.remove(rowKey);
        } else {
            live.add(rowKey);
        }
    }

    /** Removes a key. */
    void remove(long rowKey) {
        live.remove(rowKey);
        ended.remove(rowKey);
    }

    /** Returns true if there are no keys. */
    boolean isEmpty() {
        return live.isEmpty() && ended.isEmpty();
    }

    /** Returns the keys of allocations that may be live. */
    Set<Long> live() {
        return live;
    }

    /** Returns the keys of terminal allocations, newest first. */
    List<Long> ended(int limit) {
        return ended.descendingSet().stream().limit(limit).toList();
    }

    /** Returns all keys, newest first. */
    List<Long> all() {
        return page(Long.MAX_VALUE, Integer.MAX_VALUE);
    }

    /**
     * Returns a page of all keys, newest first.
     *
     * @param before only keys less than this one
     * @param limit the most keys to return
     */
    List<Long> page(long before, int limit) {
        List<Long> page = new ArrayList<>(newest(live, before, limit));
        page.addAll(newest(ended, before, limit));
        return page.stream()
                .distinct()
                .sorted(Comparator.reverseOrder())
                .limit(limit)
                .toList();
    }

    private static List<Long> newest(NavigableSet<Long> keys, long before, int limit) {
        return keys.headSet(before, false).descendingSet().stream().limit(limit).toList();
    }
}
