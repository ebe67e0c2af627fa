package dev.gantry.store;

import dev.gantry.model.NodeLife;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.Node;
import java.sql.Connection;
import java.sql.Savepoint;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.DSLContext;

/**
 * The writes that are committed together. What they put is gathered, and sent when somebody asks the database, or at the
 * end; so most writes need no savepoint: what one that fails has put is just not gathered.
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
    private RuntimeException failure;

    /**
     * Begins without writes.
     *
     * @param dsl the transaction
     * @param batches how to send what is gathered
     * @param reader reads within the transaction
     * @param memory of what was committed
     */
    WriteGroup(DSLContext dsl, Batches batches, StoreReader reader, WriterMemory memory) {
        this.dsl = dsl;
        this.batches = batches;
        this.reader = reader;
        this.memory = memory;
    }

    WriteTransaction begin(long index) {
        return new WriteTransaction(this, index);
    }

    /**
     * Sends what is left.
     *
     * @throws RuntimeException if anything of earlier writes was refused, now or before: the whole group fails
     */
    void end() {
        if (failure != null) {
            throw failure;
        }
        gathered.send(dsl, batches);
    }

    DSLContext dsl() {
        return dsl;
    }

    Batches batches() {
        return batches;
    }

    /** Reads what was sent. */
    StoreReader reader() {
        return reader;
    }

    Optional<JobRecord> readJob(String id) {
        return memory.jobIds().mayFind(id) ? reader.jobs().find(id) : Optional.empty();
    }

    Optional<Submission> readSubmission(String requestId) {
        return memory.requestIds().mayFind(requestId) ? reader.submission(requestId) : Optional.empty();
    }

    WriterMemory memory() {
        return memory;
    }

    Recent recent() {
        return memory.recent();
    }

    /** What writes have put that have come to their end. */
    RowBuffer gathered() {
        return gathered;
    }

    /** Nodes that a write has put that has come to its end. */
    void gather(List<Node> put) {
        put.forEach(node -> nodes.put(node.getId(), node));
    }

    /** Whether a node may be given new allocations, writes that have come to their end included. */
    boolean isOpen(String nodeId) {
        Node node = nodes.get(nodeId);
        return node == null ? memory.openNodes().contains(nodeId) : NodeLife.isOpen(node);
    }

    /** Sends what earlier writes have put; that it fails is not the fault of the write on whose behalf it is sent. */
    void send() {
        if (!gathered.hasUnsent()) {
            return;
        }
        try {
            gathered.send(dsl, batches);
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        }
    }

    Savepoint savepoint() {
        return dsl.connectionResult(Connection::setSavepoint);
    }

    void release(Savepoint savepoint) {
        dsl.connection(connection -> connection.releaseSavepoint(savepoint));
    }

    void rollback(Savepoint savepoint) {
        dsl.connection(connection -> connection.rollback(savepoint));
    }
}
