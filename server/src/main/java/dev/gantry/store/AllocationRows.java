package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATION;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.unnest;
import static org.jooq.impl.DSL.val;

import com.google.common.collect.Lists;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.SelectField;
import org.jooq.Table;

/** Queries about allocations by their keys, divided into parts so that no query grows too large. */
final class AllocationRows {

    /** The terminal client statuses. */
    static final List<Short> TERMINAL = Arrays.stream(ClientStatus.values())
            .filter(status -> status != ClientStatus.UNRECOGNIZED)
            .filter(AllocationStatuses::isTerminal)
            .map(status -> (short) status.getNumber())
            .toList();

    /** The condition for allocations that are not terminal. */
    static final Condition IS_LIVE = ALLOCATION.CLIENT_STATUS.notIn(TERMINAL);

    private static final int KEYS_PER_QUESTION = 1000;

    private final DSLContext dsl;

    AllocationRows(DSLContext dsl) {
        this.dsl = dsl;
    }

    /** Returns the allocations with some keys that meet a condition, in no order. */
    List<Allocation> fetch(Collection<Long> keys, Condition condition) {
        return parts(keys)
                .flatMap(part -> select(part, condition, ALLOCATION.MESSAGE).fetch(ALLOCATION.MESSAGE).stream())
                .map(message -> Messages.parse(Allocation.parser(), message))
                .toList();
    }

    /**
     * Returns the first allocations in the order of their changes.
     *
     * @param upTo a committed cluster index. Later changes are left out, so that all parts of the answer are of one
     *     state; a caller finds those changes after its cursor the next time
     * @param limit the most allocations to return
     */
    List<Allocation> fetchFirst(Collection<Long> keys, Condition condition, long upTo, int limit) {
        Condition known = condition.and(ALLOCATION.MODIFY_INDEX.le(upTo));
        return parts(keys)
                .map(part -> select(part, known, ALLOCATION.MESSAGE)
                        .orderBy(ALLOCATION.MODIFY_INDEX, ALLOCATION.ROW_KEY)
                        .limit(limit)
                        .fetch(row -> Messages.parse(Allocation.parser(), row.get(ALLOCATION.MESSAGE))))
                .reduce(List.of(), (one, other) -> first(one, other, limit));
    }

    private static List<Allocation> first(List<Allocation> one, List<Allocation> other, int limit) {
        return Stream.concat(one.stream(), other.stream())
                .sorted(Comparator.comparing(Allocation::getModifyIndex)
                        .thenComparing(allocation -> RowKey.of(allocation.getId())))
                .limit(limit)
                .toList();
    }

    /** Returns true if an allocation with one of the keys meets a condition. */
    boolean exist(Collection<Long> keys, Condition condition) {
        return parts(keys).anyMatch(part -> dsl.fetchExists(select(part, condition, ALLOCATION.ROW_KEY)));
    }

    /** Returns how many allocations meet a condition, by job; jobs without any are left out. */
    Map<String, Integer> countByJob(Collection<Long> keys, Condition condition) {
        return parts(keys)
                .flatMap(part ->
                        select(part, condition, ALLOCATION.JOB_ID, count()).groupBy(ALLOCATION.JOB_ID).fetch().stream())
                .collect(toMap(row -> row.get(ALLOCATION.JOB_ID), row -> row.get(count()), Integer::sum));
    }

    /** Returns the job versions that the allocations run. */
    Set<Long> jobVersions(Collection<Long> keys) {
        return parts(keys)
                .flatMap(part -> dsl
                        .selectDistinct(ALLOCATION.JOB_VERSION)
                        .from(ALLOCATION)
                        .where(ALLOCATION.ROW_KEY.in(part))
                        .fetch(ALLOCATION.JOB_VERSION)
                        .stream())
                .collect(toSet());
    }

    /**
     * Deletes allocations.
     *
     * @param deleted called for each allocation that existed
     * @return how many were deleted
     */
    int delete(Collection<Long> keys, Consumer<Deletion.Deleted> deleted) {
        return parts(keys).mapToInt(part -> deletePart(part, deleted)).sum();
    }

    /** Divides keys into parts of at most a thousand. */
    static Stream<List<Long>> parts(Collection<Long> keys) {
        return Lists.partition(List.copyOf(keys), KEYS_PER_QUESTION).stream();
    }

    private int deletePart(List<Long> keys, Consumer<Deletion.Deleted> deleted) {
        Condition wanted = ALLOCATION.ROW_KEY.in(keys);
        dsl.select(ALLOCATION.NODE_ID, ALLOCATION.JOB_ID, ALLOCATION.ROW_KEY)
                .from(ALLOCATION)
                .where(wanted)
                .forEach(row -> deleted.accept(new Deletion.Deleted(row.value1(), row.value2(), row.value3())));
        return dsl.deleteFrom(ALLOCATION).where(wanted).execute();
    }

    private SelectConditionStep<Record> select(List<Long> keys, Condition condition, SelectField<?>... columns) {
        Table<?> wanted = asTable(keys);
        Field<Long> wantedKey = wanted.field("wanted_key", Long.class);
        return dsl.select(columns)
                .from(wanted)
                .join(ALLOCATION)
                .on(ALLOCATION.ROW_KEY.eq(wantedKey))
                .where(condition);
    }

    /**
     * Returns the keys as a table to join with. It takes one parameter for any number of keys, so that the text of the
     * statement stays the same. H2 would compare each row with every member of an IN list.
     */
    private static Table<?> asTable(Collection<Long> keys) {
        return unnest(val(keys.toArray(Long[]::new))).as("wanted", "wanted_key");
    }
}
