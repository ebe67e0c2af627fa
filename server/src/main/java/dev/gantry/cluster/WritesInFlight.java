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
    private final Runnable stored;
    private final Set<String> keys = ConcurrentHashMap.newKeySet();

    /**
     * Begins without writes.
     *
     * @param limit how many may be on their way
     * @param stored called after each that was stored, when there is room for another; must not wait
     */
    WritesInFlight(int limit, Runnable stored) {
        this.limit = limit;
        this.stored = stored;
    }

    /**
     * Begins a write and returns true, or does nothing if there are too many or there is one for this key.
     *
     * @param write says whether it was stored
     */
    boolean begin(String key, Supplier<CompletableFuture<Boolean>> write) {
        if (keys.size() >= limit || !keys.add(key)) {
            return false;
        }
        var unused = write.get().whenComplete((isStored, failure) -> {
            keys.remove(key);
            if (Boolean.TRUE.equals(isStored)) {
                stored.run();
            }
        });
        return true;
    }
}
