package dev.gantry.node.session;

import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.AllocationUpdates;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the server does not know yet of the node's allocations. Of each only the newest word is kept, so there are never
 * more than there are allocations; each is sent until the server says that it is on disk.
 *
 * <p>One message is on its way at a time: what happens meanwhile goes together in the next one.
 */
public final class UpdateQueue {

    private static final int LARGEST_BATCH = 256;

    private final Map<String, AllocationUpdate> waiting = new LinkedHashMap<>();
    private Map<String, AllocationUpdate> onItsWay = Map.of();
    private long sequence;

    /**
     * Adds news of an allocation, in place of older news that wait.
     *
     * @param update how it is
     */
    public void put(AllocationUpdate update) {
        waiting.put(update.getAllocationId(), update);
    }

    /**
     * Takes the next message to send.
     *
     * @return the message; empty if there is nothing to say, or one is on its way
     */
    public Optional<AllocationUpdates> next() {
        if (!onItsWay.isEmpty() || waiting.isEmpty()) {
            return Optional.empty();
        }
        onItsWay = new LinkedHashMap<>();
        waiting.values().stream()
                .limit(LARGEST_BATCH)
                .forEach(update -> onItsWay.put(update.getAllocationId(), update));
        waiting.keySet().removeAll(onItsWay.keySet());
        sequence++;
        return Optional.of(AllocationUpdates.newBuilder()
                .setSequence(sequence)
                .addAllUpdates(onItsWay.values())
                .build());
    }

    /**
     * The server has a message on disk.
     *
     * @param acknowledged the sequence that it names
     * @return what it knows now; none if it speaks of a message that is not on its way
     */
    public Collection<AllocationUpdate> acknowledge(long acknowledged) {
        if (acknowledged != sequence) {
            return List.of();
        }
        Collection<AllocationUpdate> known = onItsWay.values();
        onItsWay = Map.of();
        return known;
    }

    /** A new session begins: what was on its way may have been lost, and sequences are counted from 1 again. */
    public void beginSession() {
        Map<String, AllocationUpdate> newer = new LinkedHashMap<>(waiting);
        waiting.clear();
        waiting.putAll(onItsWay);
        waiting.putAll(newer);
        onItsWay = Map.of();
        sequence = 0;
    }

    /**
     * Whether the server knows everything.
     *
     * @return true if nothing waits and nothing is on its way
     */
    public boolean isEmpty() {
        return waiting.isEmpty() && onItsWay.isEmpty();
    }
}
