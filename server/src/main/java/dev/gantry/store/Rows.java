package dev.gantry.store;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Objects of one kind that were put within one transaction. Those that wait to be sent to the database are sent once each,
 * as they were put last; the others are kept to be found.
 *
 * @param <T> the kind
 */
final class Rows<T> {

    private record Row<T>(T object, boolean isNew) {}

    private final Map<String, Row<T>> unsent = new LinkedHashMap<>();
    private final Map<String, T> sent = new HashMap<>();

    /** Puts an object; {@code isNew}: the database does not know it yet. */
    void put(String key, T object, boolean isNew) {
        unsent.merge(key, new Row<>(object, isNew), (known, next) -> new Row<>(next.object(), known.isNew()));
    }

    Optional<T> find(String key) {
        Row<T> row = unsent.get(key);
        return row != null ? Optional.of(row.object()) : Optional.ofNullable(sent.get(key));
    }

    /** Puts all that others have, in their order. */
    void putAll(Rows<T> others) {
        sent.putAll(others.sent);
        others.unsent.forEach((key, row) -> put(key, row.object(), row.isNew()));
    }

    List<T> newOnes() {
        return unsent(true);
    }

    List<T> changedOnes() {
        return unsent(false);
    }

    boolean hasUnsent() {
        return !unsent.isEmpty();
    }

    void markSent() {
        unsent.forEach((key, row) -> sent.put(key, row.object()));
        unsent.clear();
    }

    /** What was sent is no longer found here: the database knows better. */
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
