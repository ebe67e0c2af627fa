package dev.gantry.node.session;

import dev.gantry.model.NodeLimits;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.AllocationUpdates;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskState;
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

    /** In bytes. Only a single update may make a message larger. */
    private static final int LARGEST_MESSAGE = 1024 * 1024;

    /** In bytes: an update is cut down to what is needed most when it is larger. Servers take messages of 16 MiB. */
    private static final int LARGEST_UPDATE = 4 * 1024 * 1024;

    /** Of each event and each output, in an update that is cut down. */
    private static final int LONGEST_TEXT = 64;

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
        sequence++;
        AllocationUpdates.Builder message = AllocationUpdates.newBuilder().setSequence(sequence);
        int size = 0;
        for (AllocationUpdate update : waiting.values()) {
            AllocationUpdate sent = cut(update);
            size += sent.getSerializedSize();
            if (!onItsWay.isEmpty() && (size > LARGEST_MESSAGE || onItsWay.size() == LARGEST_BATCH)) {
                break;
            }
            onItsWay.put(update.getAllocationId(), update);
            message.addUpdates(sent);
        }
        waiting.keySet().removeAll(onItsWay.keySet());
        return Optional.of(message.build());
    }

    /** Thousands of tasks have much to tell: of each only the newest event then. */
    private static AllocationUpdate cut(AllocationUpdate update) {
        if (update.getSerializedSize() <= LARGEST_UPDATE) {
            return update;
        }
        AllocationUpdate.Builder shorter = update.toBuilder();
        for (TaskState.Builder state : shorter.getTaskStatesBuilderList()) {
            int events = state.getEventsCount();
            if (events > 0) {
                TaskEvent newest = state.getEvents(events - 1);
                state.clearEvents()
                        .addEvents(newest.toBuilder().setMessage(NodeLimits.cut(newest.getMessage(), LONGEST_TEXT)));
            }
        }
        shorter.getChecksBuilderList()
                .forEach(check -> check.setOutput(NodeLimits.cut(check.getOutput(), LONGEST_TEXT)));
        return shorter.build();
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
