package dev.gantry.check;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonSerializer;
import dev.gantry.check.history.AllocationState;
import dev.gantry.check.history.Event;
import dev.gantry.check.history.History;
import dev.gantry.check.history.Operation;
import dev.gantry.check.history.Outcome;
import dev.gantry.v1.Allocation;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/** Records the events of a run. Any thread may record. */
final class Recorder {

    /** More than ten minutes have, and less than the memory of a small JVM. */
    private static final int MOST_EVENTS = 4_000_000;

    private static final Gson PLAIN = new Gson();

    private static final Gson JSON = new GsonBuilder()
            .registerTypeHierarchyAdapter(Operation.class, named())
            .registerTypeHierarchyAdapter(Outcome.class, named())
            .create();

    private final LongSupplier nanos;
    private final long start;

    // Guarded by this.
    private final List<Event> events = new ArrayList<>();
    private final Set<AllocationState> observed = new HashSet<>();

    /**
     * Starts to record.
     *
     * @param nanos a clock that only goes forward, in nanoseconds
     */
    Recorder(LongSupplier nanos) {
        this.nanos = nanos;
        this.start = nanos.getAsLong();
    }

    /** Returns the nanoseconds since the start. */
    long now() {
        return nanos.getAsLong() - start;
    }

    /**
     * Records an event.
     *
     * @throws IllegalStateException if there are too many
     */
    synchronized void record(Event event) {
        if (events.size() == MOST_EVENTS) {
            throw new IllegalStateException(
                    "The history has %d events: check for a shorter time".formatted(MOST_EVENTS));
        }
        events.add(event);
    }

    /** Records the states of allocations that nobody has been told before. */
    synchronized void observe(Collection<Allocation> allocations) {
        for (Allocation allocation : allocations) {
            AllocationState state = AllocationState.of(allocation);
            if (observed.add(state)) {
                record(new Event.Observed(now(), state));
            }
        }
    }

    /** Returns all that was recorded so far. */
    synchronized History history() {
        return new History(events);
    }

    /**
     * Writes events, one JSON object on each line.
     *
     * @throws IOException if the file can't be written
     */
    static void write(List<Event> events, Path file) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (Event event : events) {
                out.write(json(event));
                out.newLine();
            }
        }
    }

    /** Returns an event as a JSON object. */
    static String json(Event event) {
        JsonObject object = new JsonObject();
        object.addProperty("event", event.getClass().getSimpleName());
        JSON.toJsonTree(event)
                .getAsJsonObject()
                .entrySet()
                .forEach(member -> object.add(member.getKey(), member.getValue()));
        return object.toString();
    }

    private static JsonSerializer<Object> named() {
        return (value, type, context) -> {
            JsonObject object = new JsonObject();
            object.addProperty("kind", value.getClass().getSimpleName());
            PLAIN.toJsonTree(value)
                    .getAsJsonObject()
                    .entrySet()
                    .forEach(member -> object.add(member.getKey(), member.getValue()));
            return object;
        };
    }
}
