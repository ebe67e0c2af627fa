package dev.gantry.store;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Objects of one kind that were written within one transaction. Objects that wait are sent to the database once each,
 * in their last state; sent ones are kept for reads.
 *
 * @param <T> the kind
 */
final class Rows<T> {

    private record Row<T>(T object, boolean isNew) {}

    private final Map<String, Row<T>> unsent = new LinkedHashMap<>();
    private final Map<String, T> sent = new HashMap<>();

    /**
     * Adds or replaces an object.
     *
     * @param isNew true if the database does not have the object yet
     */
    void put(String key, T object, boolean isNew) {
        unsent.merge(key, new Row<>(object, isNew), (known, next) -> new Row<>(next.object(), known.isNew()));
    }

    /** Returns an object that was written here, sent or not. */
    Optional<T> find(String key) {
        Row<T> row = unsent.get(key);
        return row != null ? Optional.of(row.object()) : Optional.ofNullable(sent.get(key));
    }

    /** Adds all objects of another buffer, in their order. */
    void putAll(Rows<T> others) {
        sent.putAll(others.sent);
        others.unsent.forEach((key, row) -> put(key, row.object(), row.isNew()));
    }

    /** Returns the waiting objects to insert. */
    List<T> newOnes() {
        return unsent(true);
    }

    /** Returns the waiting objects to update. */
    List<T> changedOnes() {
        return unsent(false);
    }

    /** Returns true if objects wait to be sent. */
    boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    /** Marks all waiting objects as sent. */
    void markSent() {
        unsent.forEach((key, row) -> sent.put(key, row.object()));
        unsent.clear();
    }

    /** Removes the sent objects, since the database may have changed them. */
    void forgetSent() {
        sent.clear();
    }

    private List<T> unsent(boolean isNew) {
        return unsent.values().stream()
                .filter(row -> row.isNew() == isNew)
                .map(Row::object)
                .toList();
    }
}
