package dev.gantry.store;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/** The keys of the allocations of one node or one job. Written by the store's writer, read by any thread. */
final class AllocationKeys {

    private final NavigableSet<Long> live = new ConcurrentSkipListSet<>();
    private final NavigableSet<Long> ended = new ConcurrentSkipListSet<>();

    void add(long rowKey, boolean hasEnded) {
        if (hasEnded) {
            // In this order, so that it is in one of the two at any time.
            ended.add(rowKey);
            live.remove(rowKey);
        } else {
            live.add(rowKey);
        }
    }

    void remove(long rowKey) {
        live.remove(rowKey);
        ended.remove(rowKey);
    }

    boolean isEmpty() {
        return live.isEmpty() && ended.isEmpty();
    }

    /** All that may not have ended. */
    Set<Long> live() {
        return live;
    }

    /** Those that have ended, the newest first. */
    List<Long> ended(int limit) {
        return ended.descendingSet().stream().limit(limit).toList();
    }

    /** All, the newest first. */
    List<Long> all() {
        return page(Long.MAX_VALUE, Integer.MAX_VALUE);
    }

    /**
     * A page of all, the newest first.
     *
     * @param before only keys less than this one
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
