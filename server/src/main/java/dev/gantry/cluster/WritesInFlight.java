package dev.gantry.cluster;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Paces writes that may all be due at once: a bounded number is on its way at a time, one for each key. What is not begun is
 * begun by a later call.
 */
final class WritesInFlight {

    private final int limit;
    private final Set<String> keys = ConcurrentHashMap.newKeySet();

    WritesInFlight(int limit) {
        this.limit = limit;
    }

    /** Begins a write and returns true, or does nothing if there are too many or there is one for this key. One thread. */
    boolean begin(String key, Supplier<CompletableFuture<?>> write) {
        if (keys.size() >= limit || !keys.add(key)) {
            return false;
        }
        var unused = write.get().whenComplete((done, failure) -> keys.remove(key));
        return true;
    }
}
