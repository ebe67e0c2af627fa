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
 * The updates of allocations that the server has not stored yet. Only the newest update of each allocation is kept, so
 * the size is bounded by the number of allocations. An update is sent again until the server has it on disk.
 *
 * <p>One message is in flight at a time; later updates go together in the next one.
 */
public final class UpdateQueue {

    private static final int LARGEST_BATCH = 256;

    /** The largest message in bytes, unless it consists of a single update. */
    private static final int LARGEST_MESSAGE = 1024 * 1024;

    /** The largest update in bytes; a larger one is cut. Servers accept messages of 16 MiB. */
    private static final int LARGEST_UPDATE = 4 * 1024 * 1024;

    /** The longest text of an event or an output in an update that is cut. */
    private static final int LONGEST_TEXT = 64;

    private final Map<String, AllocationUpdate> waiting = new LinkedHashMap<>();
    private Map<String, AllocationUpdate> inFlight = Map.of();
    private long sequence;

    /**
     * Adds an update of an allocation, and replaces an older one that waits.
     *
     * @param update the update
     */
    public void put(AllocationUpdate update) {
        waiting.put(update.getAllocationId(), update);
    }

    /**
     * Takes the next message to send.
     *
     * @return the message; empty if no update waits, or if a message is in flight
     */
    public Optional<AllocationUpdates> next() {
        if (!inFlight.isEmpty() || waiting.isEmpty()) {
            return Optional.empty();
        }
        inFlight = new LinkedHashMap<>();
        sequence++;
        AllocationUpdates.Builder message = AllocationUpdates.newBuilder().setSequence(sequence);
        int size = 0;
        for (AllocationUpdate update : waiting.values()) {
            AllocationUpdate sent = cut(update);
            size += sent.getSerializedSize();
            if (!inFlight.isEmpty() && (size > LARGEST_MESSAGE || inFlight.size() == LARGEST_BATCH)) {
                break;
            }
            inFlight.put(update.getAllocationId(), update);
            message.addUpdates(sent);
        }
        waiting.keySet().removeAll(inFlight.keySet());
        return Optional.of(message.build());
    }

    /** Cuts an update that is too large: keeps only the newest event of each task, and shortens texts. */
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
     * Handles the server's acknowledgement that a message is on disk.
     *
     * @param acknowledged the sequence of the message
     * @return the updates of the message; empty if no message of this sequence is in flight
     */
    public Collection<AllocationUpdate> acknowledge(long acknowledged) {
        if (acknowledged != sequence) {
            return List.of();
        }
        Collection<AllocationUpdate> stored = inFlight.values();
        inFlight = Map.of();
        return stored;
    }

    /** Begins a session: updates in flight are sent again, and the sequence begins at 1 again. */
    public void beginSession() {
        Map<String, AllocationUpdate> newer = new LinkedHashMap<>(waiting);
        waiting.clear();
        waiting.putAll(inFlight);
        waiting.putAll(newer);
        inFlight = Map.of();
        sequence = 0;
    }

    /**
     * Tells whether the server has stored all updates.
     *
     * @return true if no update waits and no message is in flight
     */
    public boolean isEmpty() {
        return waiting.isEmpty() && inFlight.isEmpty();
    }
}
