package dev.gantry.store;

import static dev.gantry.store.schema.Tables.VARIABLE;

import com.google.protobuf.ByteString;
import dev.gantry.store.StoredVariable.Sealed;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** Queries about variables. */
public final class VariableReader {

    private final DSLContext dsl;

    VariableReader(DSLContext dsl) {
        this.dsl = dsl;
    }

    /**
     * Finds a variable.
     *
     * @param path its path
     * @return the variable; empty if it is not stored
     */
    public Optional<StoredVariable> find(String path) {
        return dsl.selectFrom(VARIABLE)
                .where(VARIABLE.PATH.eq(path))
                .fetchOptional(row -> new StoredVariable(
                        row.getPath(),
                        new Sealed(row.getKeyId(), ByteString.copyFrom(row.getSealed())),
                        row.getCreateIndex(),
                        row.getModifyIndex(),
                        Instant.ofEpochMilli(row.getCreateTime()),
                        Instant.ofEpochMilli(row.getModifyTime())));
    }

    /**
     * Lists variables, ordered by path, without their items.
     *
     * @param after only paths after this one
     * @param prefix the beginning of their paths
     * @param limit the most variables to return
     * @return the variables
     */
    public List<StoredVariable> page(String after, String prefix, int limit) {
        return dsl.select(
                        VARIABLE.PATH,
                        VARIABLE.KEY_ID,
                        VARIABLE.CREATE_INDEX,
                        VARIABLE.MODIFY_INDEX,
                        VARIABLE.CREATE_TIME,
                        VARIABLE.MODIFY_TIME)
                .from(VARIABLE)
                .where(VARIABLE.PATH.gt(after))
                .and(VARIABLE.PATH.startsWith(prefix))
                .orderBy(VARIABLE.PATH)
                .limit(limit)
                .fetch(row -> new StoredVariable(
                        row.value1(),
                        new Sealed(row.value2(), ByteString.EMPTY),
                        row.value3(),
                        row.value4(),
                        Instant.ofEpochMilli(row.value5()),
                        Instant.ofEpochMilli(row.value6())));
    }

    /**
     * Lists the paths of the variables that other keys than one encrypt, in their order.
     *
     * @param keyId the key
     * @param after only paths after this one
     * @param limit the most paths to return
     * @return the paths
     */
    public List<String> pathsOfOtherKeys(long keyId, String after, int limit) {
        return dsl.select(VARIABLE.PATH)
                .from(VARIABLE)
                .where(VARIABLE.KEY_ID.ne(keyId))
                .and(VARIABLE.PATH.gt(after))
                .orderBy(VARIABLE.PATH)
                .limit(limit)
                .fetch(VARIABLE.PATH);
    }

    /**
     * Counts the variables that each key encrypts.
     *
     * @return counts of 1 or more, by the ids of the keys
     */
    public Map<Long, Integer> countByKey() {
        return dsl.select(VARIABLE.KEY_ID, DSL.count())
                .from(VARIABLE)
                .groupBy(VARIABLE.KEY_ID)
                .fetchMap(VARIABLE.KEY_ID, DSL.count());
    }

    /**
     * Counts the variables.
     *
     * @return how many are stored
     */
    public int count() {
        return dsl.fetchCount(VARIABLE);
    }
}
