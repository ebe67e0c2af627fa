package dev.gantry.store;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Objects of one kind that wait to be sent to the database, each once, as it was put last.
 *
 * @param <T> the kind
 */
final class Rows<T> {

    private record Row<T>(T object, boolean isNew) {}

    private final Map<String, Row<T>> rows = new LinkedHashMap<>();

    /** Puts an object; {@code isNew}: the database does not know it yet. */
    void put(String key, T object, boolean isNew) {
        rows.merge(key, new Row<>(object, isNew), (known, next) -> new Row<>(next.object(), known.isNew()));
    }

    Optional<T> find(String key) {
        return Optional.ofNullable(rows.get(key)).map(Row::object);
    }

    /** Puts all that others have, in their order. */
    void putAll(Rows<T> others) {
        others.rows.forEach((key, row) -> put(key, row.object(), row.isNew()));
    }

    List<T> newOnes() {
        return objects(true);
    }

    List<T> changedOnes() {
        return objects(false);
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    void clear() {
        rows.clear();
    }

    private List<T> objects(boolean isNew) {
        return rows.values().stream()
                .filter(row -> row.isNew() == isNew)
                .map(Row::object)
                .toList();
    }
}
