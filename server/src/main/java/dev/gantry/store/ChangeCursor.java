package dev.gantry.store;

import static org.jooq.impl.DSL.row;

import org.jooq.Condition;
import org.jooq.Field;

/**
 * A place in the order in which objects changed: by modify_index, then by id, since one write may change many.
 *
 * @param index a modify_index
 * @param id an id; of objects with this modify_index, only greater ids are behind this place
 */
public record ChangeCursor(long index, String id) {

    /**
     * The place behind all that a write and those before it changed.
     *
     * @param index the write's cluster index; 0: before all changes
     * @return the place
     */
    public static ChangeCursor after(long index) {
        return new ChangeCursor(index + 1, "");
    }

    /**
     * The later one of two places.
     *
     * @param other another place
     * @return this one or the other
     */
    public ChangeCursor max(ChangeCursor other) {
        boolean isLater = index > other.index || (index == other.index && id.compareTo(other.id) >= 0);
        return isLater ? this : other;
    }

    /** Said twice, since an index serves the first part only. */
    Condition isBefore(Field<Long> modifyIndex, Field<String> objectId) {
        return modifyIndex.ge(index).and(row(modifyIndex, objectId).gt(index, id));
    }

    /** The same for objects whose rows have a {@link RowKey}. */
    Condition isBeforeKey(Field<Long> modifyIndex, Field<Long> rowKey) {
        return row(modifyIndex, rowKey).gt(index, RowKey.first(id));
    }
}
