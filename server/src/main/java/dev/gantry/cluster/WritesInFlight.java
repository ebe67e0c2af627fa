package dev.gantry.cluster;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Limits writes that may all become due at once: at most a fixed number is under way, and one for each key. The caller
 * repeats what could not begin.
 */
public final class WritesInFlight {

    private final int limit;
    private final Runnable stored;
    private final Set<String> keys = ConcurrentHashMap.newKeySet();

    /**
     * Creates a limit without writes.
     *
     * @param limit the most writes under way
     * @param stored called after each successful write, when another one may begin; must not block
     */
    public WritesInFlight(int limit, Runnable stored) {
        this.limit = limit;
        this.stored = stored;
    }

    /**
     * Begins a write and returns true; returns false if too many are under way or one with this key.
     *
     * @param key identifies the write
     * @param write starts the write; its future returns true if the write was stored
     */
    public boolean begin(String key, Supplier<CompletableFuture<Boolean>> write) {
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
