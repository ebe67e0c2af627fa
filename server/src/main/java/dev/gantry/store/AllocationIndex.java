package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATION;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.store.schema.tables.records.AllocationRecord;
import dev.gantry.v1.Allocation;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jooq.TableField;

/**
 * Indexes in memory: the keys of allocations by node and by job. Indexes in the database would cost more. Each new row
 * rewrites a page of every index, since allocations of one node are spread over the order of the rows. Each changed row
 * rewrites two pages, since H2 removes a row from an index and adds it again.
 *
 * <p>The index holds all stored allocations. The index may also hold allocations that were never committed, or list
 * terminal ones as live. Callers read the rows and ignore those that do not match. Before the first write, several
 * threads fill it. Then the store's writer alone changes it, and any thread reads it.
 */
final class AllocationIndex {

    /** The columns of a row that is loaded. */
    static final List<TableField<AllocationRecord, ?>> COLUMNS =
            List.of(ALLOCATION.NODE_ID, ALLOCATION.JOB_ID, ALLOCATION.ROW_KEY, ALLOCATION.CLIENT_STATUS);

    private static final AllocationKeys NONE = new AllocationKeys();

    private final Map<String, AllocationKeys> nodes = new ConcurrentHashMap<>();
    private final Map<String, AllocationKeys> jobs = new ConcurrentHashMap<>();

    /** Counts the committed live allocations: the sets of live keys also have those that are about to be committed. */
    private final AtomicLong live = new AtomicLong();

    private volatile boolean isLoaded;

    /** Adds the stored allocation of a row with {@link #COLUMNS}. Called by several threads before the first write. */
    void load(ResultSet row) throws SQLException {
        boolean ended = AllocationRows.TERMINAL.contains(row.getShort(4));
        add(row.getString(1), row.getString(2), row.getLong(3), ended);
        if (!ended) {
            live.incrementAndGet();
        }
    }

    /** Records that all stored allocations are loaded. */
    void loaded() {
        isLoaded = true;
    }

    /** Returns true if all stored allocations are loaded. */
    boolean isLoaded() {
        return isLoaded;
    }

    /** Adds an allocation that is about to be committed. */
    void expect(Allocation allocation) {
        add(allocation.getNodeId(), allocation.getJobId(), RowKey.of(allocation.getId()), false);
    }

    /**
     * Moves committed allocations that are terminal from the live keys to the ended ones.
     *
     * @param allocations the new and changed allocations of one write; the last one of an id counts
     */
    void committed(Collection<Allocation> allocations) {
        Map<String, Allocation> last = new LinkedHashMap<>();
        allocations.forEach(allocation -> last.put(allocation.getId(), allocation));
        last.values().forEach(this::committed);
    }

    private void committed(Allocation allocation) {
        long rowKey = RowKey.of(allocation.getId());
        boolean isNew = allocation.getCreateIndex() == allocation.getModifyIndex();
        if (!AllocationStatuses.isTerminal(allocation)) {
            live.addAndGet(isNew ? 1 : 0);
            return;
        }
        boolean wasLive = !isNew && ofNode(allocation.getNodeId()).live().contains(rowKey);
        add(allocation.getNodeId(), allocation.getJobId(), rowKey, true);
        live.addAndGet(wasLive ? -1 : 0);
    }

    /** Returns how many committed allocations are live. */
    long countLive() {
        return live.get();
    }

    private void add(String nodeId, String jobId, long rowKey, boolean ended) {
        nodes.computeIfAbsent(nodeId, unseen -> new AllocationKeys()).add(rowKey, ended);
        jobs.computeIfAbsent(jobId, unseen -> new AllocationKeys()).add(rowKey, ended);
    }

    /** Removes a deleted allocation. */
    void remove(String nodeId, String jobId, long rowKey) {
        live.addAndGet(ofNode(nodeId).live().contains(rowKey) ? -1 : 0);
        remove(nodes, nodeId, rowKey);
        remove(jobs, jobId, rowKey);
    }

    /** Returns the keys of a node's allocations. */
    AllocationKeys ofNode(String nodeId) {
        return nodes.getOrDefault(nodeId, NONE);
    }

    /** Returns the keys of a job's allocations. */
    AllocationKeys ofJob(String jobId) {
        return jobs.getOrDefault(jobId, NONE);
    }

    /** Returns the keys of all allocations of several jobs that may be live. */
    List<Long> liveOfJobs(Collection<String> jobIds) {
        return jobIds.stream().flatMap(jobId -> ofJob(jobId).live().stream()).toList();
    }

    /** Returns the keys of all allocations of several jobs. */
    List<Long> allOfJobs(Collection<String> jobIds) {
        return jobIds.stream().flatMap(jobId -> ofJob(jobId).all().stream()).toList();
    }

    private static void remove(Map<String, AllocationKeys> owners, String owner, long rowKey) {
        AllocationKeys keys = owners.getOrDefault(owner, NONE);
        keys.remove(rowKey);
        if (keys.isEmpty()) {
            owners.remove(owner);
        }
    }
}
