package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATED_PORT;
import static dev.gantry.store.schema.Tables.ALLOCATION;
import static dev.gantry.store.schema.Tables.JOB;
import static org.jooq.impl.DSL.noCondition;

import dev.gantry.v1.Allocation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jooq.Condition;
import org.jooq.DSLContext;

/** Queries about allocations. */
public final class AllocationReader {

    // The most keys that one query reads when a filter has to be applied.
    private static final int KEYS_PER_PAGE = 1000;

    private final DSLContext dsl;
    private final TableReads reads;
    private final MessageTable<Allocation> messages;
    private final AllocationIndex index;
    private final AllocationRows rows;

    AllocationReader(DSLContext dsl, TableReads reads, AllocationIndex index) {
        this.dsl = dsl;
        this.reads = reads;
        this.messages = new MessageTable<>(dsl, ALLOCATION, ALLOCATION.MESSAGE, Allocation.parser());
        this.index = index;
        this.rows = new AllocationRows(dsl);
    }

    /**
     * Finds an allocation.
     *
     * @param id the full id
     * @return the allocation; empty if it is not stored
     */
    public Optional<Allocation> find(String id) {
        return messages.find(ALLOCATION.ROW_KEY.eq(RowKey.ofAny(id)))
                .filter(allocation -> allocation.getId().equals(id));
    }

    /**
     * Finds several allocations.
     *
     * @param ids the full ids
     * @return the stored ones, in no order
     */
    public List<Allocation> findAll(Collection<String> ids) {
        Set<String> wanted = Set.copyOf(ids);
        return rows.fetch(wanted.stream().map(RowKey::ofAny).toList(), noCondition()).stream()
                .filter(allocation -> wanted.contains(allocation.getId()))
                .toList();
    }

    /**
     * Finds the allocations whose id begins with a prefix.
     *
     * @param prefix an id or its beginning
     * @return at most two allocations: two are enough to know that the prefix is ambiguous
     */
    public List<Allocation> findLike(String prefix) {
        return messages.like(ALLOCATION.ROW_KEY, prefix, Allocation::getId);
    }

    /**
     * Returns a page of allocations, newest first.
     *
     * @param filter the allocations to list
     * @param before only ids less than this one; empty: begin with the newest
     * @param limit the most allocations to return
     * @return the allocations
     */
    public List<Allocation> page(AllocationFilter filter, String before, int limit) {
        Condition condition = filter.jobId().map(ALLOCATION.JOB_ID::eq).orElse(noCondition());
        condition = condition.and(filter.clientStatus()
                .map(status -> ALLOCATION.CLIENT_STATUS.eq((short) status.getNumber()))
                .orElse(noCondition()));
        long beforeKey = before.isEmpty() ? Long.MAX_VALUE : RowKey.ofAny(before);
        Optional<AllocationKeys> keys =
                filter.nodeId().map(index::ofNode).or(() -> filter.jobId().map(index::ofJob));
        if (keys.isPresent()) {
            return page(keys.get(), condition, beforeKey, limit);
        }
        return messages.list(condition.and(ALLOCATION.ROW_KEY.lt(beforeKey)), limit, ALLOCATION.ROW_KEY.desc());
    }

    /**
     * Returns the allocations of a job that changed after a cursor.
     *
     * @param jobId the job
     * @param after the cursor
     * @param limit the most allocations to return
     * @return the allocations in the order of their changes
     */
    public List<Allocation> changed(String jobId, ChangeCursor after, int limit) {
        // Read the committed index before the keys in memory, which then include everything committed up to it.
        long upTo = StoreReader.lastIndex(dsl);
        return rows.fetchFirst(
                index.ofJob(jobId).all(), after.isBeforeKey(ALLOCATION.MODIFY_INDEX, ALLOCATION.ROW_KEY), upTo, limit);
    }

    /**
     * Returns the live allocations of a node.
     *
     * @param nodeId the node
     * @return the allocations, in no order
     */
    public List<Allocation> liveOnNode(String nodeId) {
        return rows.fetch(index.ofNode(nodeId).live(), AllocationRows.IS_LIVE);
    }

    /**
     * Returns the newest terminal allocations of a node.
     *
     * @param nodeId the node
     * @param limit the most allocations to return
     * @return the allocations, newest first
     */
    public List<Allocation> endedOnNode(String nodeId, int limit) {
        return newestFirst(rows.fetch(index.ofNode(nodeId).ended(limit), noCondition()));
    }

    /**
     * Returns the live allocations that have ports.
     *
     * @return the allocations, in no order
     */
    public List<Allocation> withPorts() {
        return rows.fetch(
                dsl.selectDistinct(ALLOCATED_PORT.ALLOCATION_ID).from(ALLOCATED_PORT).stream()
                        .map(row -> RowKey.of(row.value1()))
                        .toList(),
                AllocationRows.IS_LIVE);
    }

    /**
     * Returns the allocations that the scheduler needs when a server starts: the live ones, and all of each job's
     * newest version. All processors take part in reading. The result may have changes that are committed during the
     * read.
     *
     * @return the allocations in the order of their creation
     */
    public List<Allocation> toSchedule() {
        Map<String, Long> newest = dsl.select(JOB.ID, JOB.VERSION).from(JOB).fetchMap(JOB.ID, JOB.VERSION);
        Queue<Allocation> found = new ConcurrentLinkedQueue<>();
        reads.read(reads.parts(
                dsl,
                ALLOCATION,
                ALLOCATION.ROW_KEY,
                row -> {
                    boolean isLive = !AllocationRows.TERMINAL.contains(row.getShort(1));
                    if (isLive || Objects.equals(newest.get(row.getString(2)), row.getLong(3))) {
                        found.add(Messages.parse(Allocation.parser(), row.getBytes(4)));
                    }
                },
                List.of(ALLOCATION.CLIENT_STATUS, ALLOCATION.JOB_ID, ALLOCATION.JOB_VERSION, ALLOCATION.MESSAGE)));
        // Sorted here: H2 would write so many rows to a temporary file to sort them.
        return found.stream()
                .sorted(Comparator.comparingLong(Allocation::getCreateIndex))
                .toList();
    }

    /** Returns the greatest id of all allocations; empty if there is none. */
    Optional<String> greatestId() {
        return messages.first(noCondition(), ALLOCATION.ROW_KEY.desc()).map(Allocation::getId);
    }

    private List<Allocation> page(AllocationKeys keys, Condition condition, long before, int limit) {
        List<Allocation> found = new ArrayList<>();
        List<Long> page = keys.page(before, KEYS_PER_PAGE);
        while (found.size() < limit && !page.isEmpty()) {
            found.addAll(newestFirst(rows.fetch(page, condition)));
            page = keys.page(page.get(page.size() - 1), KEYS_PER_PAGE);
        }
        return found.stream().limit(limit).toList();
    }

    private static List<Allocation> newestFirst(List<Allocation> allocations) {
        return allocations.stream()
                .sorted(Comparator.comparing((Allocation one) -> RowKey.of(one.getId()))
                        .reversed())
                .toList();
    }
}
