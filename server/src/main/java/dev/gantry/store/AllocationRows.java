package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATION;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.unnest;
import static org.jooq.impl.DSL.val;

import dev.gantry.v1.Allocation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SelectConditionStep;
import org.jooq.SelectField;
import org.jooq.Table;

/** Questions about the allocations of some keys, so many at a time that no question gets too large. */
final class AllocationRows {

    private static final int KEYS_PER_QUESTION = 1000;

    private record Place(long modifyIndex, long rowKey) {}

    private final DSLContext dsl;

    AllocationRows(DSLContext dsl) {
        this.dsl = dsl;
    }

    /** The allocations in no order. */
    List<Allocation> fetch(Collection<Long> keys, Condition condition) {
        List<Allocation> found = new ArrayList<>();
        inParts(
                keys,
                part -> select(part, condition, ALLOCATION.MESSAGE)
                        .forEach(row -> found.add(Messages.parse(Allocation.parser(), row.get(ALLOCATION.MESSAGE)))));
        return found;
    }

    /** The first ones in the order in which they changed. */
    List<Allocation> fetchFirst(Collection<Long> keys, Condition condition, int limit) {
        List<Place> places = new ArrayList<>();
        inParts(
                keys,
                part -> select(part, condition, ALLOCATION.MODIFY_INDEX, ALLOCATION.ROW_KEY)
                        .forEach(row ->
                                places.add(new Place(row.get(ALLOCATION.MODIFY_INDEX), row.get(ALLOCATION.ROW_KEY)))));
        List<Long> first = places.stream()
                .sorted(Comparator.comparing(Place::modifyIndex).thenComparing(Place::rowKey))
                .limit(limit)
                .map(Place::rowKey)
                .toList();
        return fetch(first, condition).stream()
                .sorted(Comparator.comparing(Allocation::getModifyIndex).thenComparing(Allocation::getId))
                .toList();
    }

    boolean exist(Collection<Long> keys, Condition condition) {
        List<Long> all = List.copyOf(keys);
        for (int begin = 0; begin < all.size(); begin += KEYS_PER_QUESTION) {
            if (dsl.fetchExists(select(part(all, begin), condition, ALLOCATION.ROW_KEY))) {
                return true;
            }
        }
        return false;
    }

    /** How many there are of each job of which there are any. */
    Map<String, Integer> countByJob(Collection<Long> keys, Condition condition) {
        Map<String, Integer> counts = new HashMap<>();
        inParts(
                keys,
                part -> select(part, condition, ALLOCATION.JOB_ID, count())
                        .groupBy(ALLOCATION.JOB_ID)
                        .forEach(row -> counts.merge(row.get(ALLOCATION.JOB_ID), row.get(count()), Integer::sum)));
        return counts;
    }

    /** The versions of their jobs that they run. */
    Set<Long> jobVersions(Collection<Long> keys) {
        Set<Long> versions = new HashSet<>();
        inParts(
                keys,
                part -> dsl.selectDistinct(ALLOCATION.JOB_VERSION)
                        .from(ALLOCATION)
                        .where(ALLOCATION.ROW_KEY.in(part))
                        .forEach(row -> versions.add(row.value1())));
        return versions;
    }

    /**
     * Deletes them.
     *
     * @param deleted is told of each that there was
     * @return how many there were
     */
    int delete(Collection<Long> keys, Consumer<Garbage.Forgotten> deleted) {
        int[] count = new int[1];
        inParts(keys, part -> {
            dsl.select(ALLOCATION.NODE_ID, ALLOCATION.JOB_ID, ALLOCATION.ROW_KEY)
                    .from(ALLOCATION)
                    .where(ALLOCATION.ROW_KEY.in(part))
                    .forEach(row -> deleted.accept(new Garbage.Forgotten(row.value1(), row.value2(), row.value3())));
            count[0] += dsl.deleteFrom(ALLOCATION)
                    .where(ALLOCATION.ROW_KEY.in(part))
                    .execute();
        });
        return count[0];
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
     * A table of keys, to join with: one parameter however many there are, so that the statement is always the same one. A
     * list of as many would be gone through for each row that it finds.
     */
    private static Table<?> asTable(Collection<Long> keys) {
        return unnest(val(keys.toArray(Long[]::new))).as("wanted", "wanted_key");
    }

    private static void inParts(Collection<Long> keys, Consumer<List<Long>> question) {
        List<Long> all = List.copyOf(keys);
        for (int begin = 0; begin < all.size(); begin += KEYS_PER_QUESTION) {
            question.accept(part(all, begin));
        }
    }

    private static List<Long> part(List<Long> all, int begin) {
        return all.subList(begin, Math.min(begin + KEYS_PER_QUESTION, all.size()));
    }
}
