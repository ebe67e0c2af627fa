package dev.gantry.store;

import static org.jooq.impl.DSL.row;

import org.jooq.Condition;
import org.jooq.Field;

/**
 * A position in the order of changes: by modify_index, then as the rows are ordered, since one write may change many objects.
 * Only the database knows that order: a reader continues after the last object of what it has read.
 *
 * @param index a modify_index
 * @param id an id; of the objects with this modify_index, those whose rows come after its row come after this position
 */
public record ChangeCursor(long index, String id) {

    /**
     * Returns the position after all changes of a write and of those before it.
     *
     * @param index the write's cluster index; 0: before all changes
     * @return the position
     */
    public static ChangeCursor after(long index) {
        return new ChangeCursor(index + 1, "");
    }

    /**
     * Returns the condition for objects after this position. The first part repeats the second, since H2 uses an index
     * for it only.
     */
    Condition isBefore(Field<Long> modifyIndex, Field<String> objectId) {
        return modifyIndex.ge(index).and(row(modifyIndex, objectId).gt(index, id));
    }

    /** Returns the same condition for objects whose rows have a {@link RowKey}. */
    Condition isBeforeKey(Field<Long> modifyIndex, Field<Long> rowKey) {
        return row(modifyIndex, rowKey).gt(index, RowKey.ofAny(id));
    }
}
