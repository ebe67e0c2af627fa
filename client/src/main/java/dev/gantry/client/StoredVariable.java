package dev.gantry.client;

import com.google.protobuf.Timestamp;
import dev.gantry.v1.Variable;
import java.time.Instant;
import java.util.Map;

/**
 * A variable of the server. Its text form has no values, so that it can be logged.
 *
 * @param path its path
 * @param items its values by their keys; empty in lists and in what {@code put} returns
 * @param createIndex the cluster index at which it was made
 * @param modifyIndex the cluster index at which it was last written; the {@code checkIndex} of a later write
 * @param createTime when it was made
 * @param modifyTime when it was last written
 */
public record StoredVariable(
        String path,
        Map<String, String> items,
        long createIndex,
        long modifyIndex,
        Instant createTime,
        Instant modifyTime) {

    /**
     * Makes a variable, and copies the items.
     *
     * @param path its path
     * @param items its values by their keys
     * @param createIndex the cluster index at which it was made
     * @param modifyIndex the cluster index at which it was last written
     * @param createTime when it was made
     * @param modifyTime when it was last written
     */
    public StoredVariable {
        items = Map.copyOf(items);
    }

    static StoredVariable of(Variable variable) {
        return new StoredVariable(
                variable.getPath(),
                variable.getItemsMap(),
                variable.getCreateIndex(),
                variable.getModifyIndex(),
                instant(variable.getCreateTime()),
                instant(variable.getModifyTime()));
    }

    /** Leaves out the values. */
    @Override
    public String toString() {
        return "StoredVariable[path=%s, modifyIndex=%d, keys=%s]".formatted(path, modifyIndex, items.keySet());
    }

    private static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
