package dev.gantry.store;

import static dev.gantry.store.schema.Tables.VARIABLE;

import dev.gantry.store.StoredVariable.Sealed;
import java.time.Instant;
import java.util.List;
import org.jooq.DSLContext;

/** Writes variables within a transaction. Sets their indexes. */
public final class VariableWriter {

    private final DSLContext dsl;
    private final long index;
    private final List<String> changed;
    private final VariableReader reader;

    /** Creates a writer that adds the paths of what it changes to a list. */
    VariableWriter(DSLContext dsl, long index, List<String> changed) {
        this.dsl = dsl;
        this.index = index;
        this.changed = changed;
        this.reader = new VariableReader(dsl);
    }

    /**
     * Returns queries that see what this transaction has written.
     *
     * @return the queries
     */
    public VariableReader reader() {
        return reader;
    }

    /**
     * Stores a new variable.
     *
     * @param path its path, which no other variable has
     * @param sealed its items
     * @param now the time
     * @return the variable as stored
     */
    public StoredVariable insert(String path, Sealed sealed, Instant now) {
        changed.add(path);
        dsl.insertInto(VARIABLE)
                .set(VARIABLE.PATH, path)
                .set(VARIABLE.KEY_ID, sealed.keyId())
                .set(VARIABLE.SEALED, sealed.bytes().toByteArray())
                .set(VARIABLE.CREATE_INDEX, index)
                .set(VARIABLE.MODIFY_INDEX, index)
                .set(VARIABLE.CREATE_TIME, now.toEpochMilli())
                .set(VARIABLE.MODIFY_TIME, now.toEpochMilli())
                .execute();
        return new StoredVariable(path, sealed, index, index, now, now);
    }

    /**
     * Replaces the items of a variable.
     *
     * @param stored the variable
     * @param sealed its new items
     * @param now the time
     * @return the variable as stored
     */
    public StoredVariable update(StoredVariable stored, Sealed sealed, Instant now) {
        changed.add(stored.path());
        dsl.update(VARIABLE)
                .set(VARIABLE.KEY_ID, sealed.keyId())
                .set(VARIABLE.SEALED, sealed.bytes().toByteArray())
                .set(VARIABLE.MODIFY_INDEX, index)
                .set(VARIABLE.MODIFY_TIME, now.toEpochMilli())
                .where(VARIABLE.PATH.eq(stored.path()))
                .execute();
        return new StoredVariable(stored.path(), sealed, stored.createIndex(), index, stored.createTime(), now);
    }

    /**
     * Stores the same items of a variable in the encryption of another key. The variable counts as unchanged. Does
     * nothing if it was changed, deleted or encrypted again meanwhile.
     *
     * @param before the variable as it was read
     * @param sealed the same items
     */
    public void reseal(StoredVariable before, Sealed sealed) {
        dsl.update(VARIABLE)
                .set(VARIABLE.KEY_ID, sealed.keyId())
                .set(VARIABLE.SEALED, sealed.bytes().toByteArray())
                .where(VARIABLE.PATH.eq(before.path()))
                .and(VARIABLE.MODIFY_INDEX.eq(before.modifyIndex()))
                .and(VARIABLE.KEY_ID.eq(before.sealed().keyId()))
                .execute();
    }

    /**
     * Deletes a variable.
     *
     * @param path its path
     */
    public void remove(String path) {
        changed.add(path);
        dsl.deleteFrom(VARIABLE).where(VARIABLE.PATH.eq(path)).execute();
    }
}
