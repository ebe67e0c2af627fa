package dev.gantry.store;

import dev.gantry.model.NodeEligibility;
import dev.gantry.store.RowBuffer.NodeRow;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Node;
import java.sql.Connection;
import java.sql.Savepoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jooq.DSLContext;

/**
 * The writes of one transaction. Their rows are gathered, and sent when a query needs them or at the end. So most
 * writes need no savepoint: the rows of a write that fails are simply not gathered.
 *
 * <p>Lives as long as its transaction, on the store's writer thread.
 */
final class WriteGroup {

    private final DSLContext dsl;
    private final Batches batches;
    private final StoreReader reader;
    private final WriterMemory memory;
    private final RowBuffer gathered = new RowBuffer();
    private final Map<String, Node> nodes = new HashMap<>();
    private final Predicate<Throwable> isOfAll;
    private RuntimeException failure;
    private boolean hasWritten;

    /**
     * Begins without writes.
     *
     * @param dsl the transaction
     * @param batches the statements
     * @param reader reads within the transaction
     * @param memory the committed objects that the writer keeps in memory
     * @param isOfAll tells whether a failure of one write ends the whole transaction
     */
    WriteGroup(DSLContext dsl, Batches batches, StoreReader reader, WriterMemory memory, Predicate<Throwable> isOfAll) {
        this.dsl = dsl;
        this.batches = batches;
        this.reader = reader;
        this.memory = memory;
        this.isOfAll = isOfAll;
    }

    /** Begins a write with its own cluster index. */
    WriteTransaction begin(long index) {
        return new WriteTransaction(this, index);
    }

    /**
     * Sends the remaining rows.
     *
     * @throws RuntimeException if the database refused rows of an earlier write, now or before: then the whole group
     *     fails
     */
    void end() {
        if (failure != null) {
            throw failure;
        }
        hasWritten |= gathered.hasUnsent();
        gathered.send(dsl, batches);
    }

    /** Returns true if rows were sent to the database, whether or not a write counts the index up for them. */
    boolean hasWritten() {
        return hasWritten;
    }

    /** Returns true if the failure of a write ends the whole transaction, rather than the write alone. */
    boolean isOfAll(Throwable failed) {
        return StoreHealth.isError(failed) || isOfAll.test(failed);
    }

    /** Returns the transaction. */
    DSLContext dsl() {
        return dsl;
    }

    /** Returns the statements. */
    Batches batches() {
        return batches;
    }

    /** Returns queries that see the rows that were sent. */
    StoreReader reader() {
        return reader;
    }

    /** Reads a job; asks the database only if the filter of job ids says that the job may exist. */
    Optional<JobRecord> readJob(String id) {
        return memory.jobIds().mayFind(id) ? reader.jobs().find(id) : Optional.empty();
    }

    /** Reads an answer; asks the database only if the filter of request ids says that the answer may exist. */
    Optional<Submission> readSubmission(String requestId) {
        return memory.requestIds().mayFind(requestId) ? reader.submission(requestId) : Optional.empty();
    }

    /** Reads a node; asks the database only if the filter of node ids says that the node may exist. */
    Optional<NodeRow> readNode(String id) {
        return memory.nodeIds().mayFind(id) ? reader.nodes().findWithSecretHash(id) : Optional.empty();
    }

    /** Returns the objects that the writer keeps in memory. */
    WriterMemory memory() {
        return memory;
    }

    /** Returns the cache of objects used last. */
    Recent recent() {
        return memory.recent();
    }

    /** Returns the rows of writes that have ended successfully. */
    RowBuffer gathered() {
        return gathered;
    }

    /** Adds the nodes of a write that has ended successfully. */
    void gather(List<Node> put) {
        put.forEach(node -> nodes.put(node.getId(), node));
    }

    /** Returns true if a node accepts new allocations, including the changes of writes that have ended. */
    boolean isOpen(String nodeId) {
        Node node = nodes.get(nodeId);
        return node == null ? memory.openNodes().contains(nodeId) : NodeEligibility.isSchedulable(node);
    }

    /** Sends the rows of earlier writes. If that fails, the whole group fails, not just the write that needed it. */
    void send() {
        if (!gathered.hasUnsent()) {
            return;
        }
        hasWritten = true;
        try {
            gathered.send(dsl, batches);
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        }
    }

    /** Sets a savepoint, for a write that sends rows of its own. */
    Savepoint savepoint() {
        hasWritten = true;
        return dsl.connectionResult(Connection::setSavepoint);
    }

    /** Releases a savepoint. */
    void release(Savepoint savepoint) {
        dsl.connection(connection -> connection.releaseSavepoint(savepoint));
    }

    /** Undoes everything since a savepoint. */
    void rollback(Savepoint savepoint) {
        dsl.connection(connection -> connection.rollback(savepoint));
    }
}
