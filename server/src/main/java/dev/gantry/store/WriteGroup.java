package dev.gantry.store;

import java.sql.Connection;
import java.sql.Savepoint;
import org.jooq.DSLContext;

/**
 * The writes that are committed together. What they put is gathered, and sent when somebody asks the database, or at the
 * end; so most writes need no savepoint: what one that fails has put is just not gathered.
 *
 * <p>Lives as long as its transaction, on the store's writer thread.
 */
final class WriteGroup {

    private final DSLContext dsl;
    private final NodeAllocations nodeAllocations;
    private final Recent recent;
    private final StoreReader reader;
    private final RowBuffer gathered = new RowBuffer();
    private RuntimeException failure;

    WriteGroup(DSLContext dsl, NodeAllocations nodeAllocations, Recent recent) {
        this.dsl = dsl;
        this.nodeAllocations = nodeAllocations;
        this.recent = recent;
        this.reader = new StoreReader(dsl, nodeAllocations);
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
        gathered.send(dsl);
    }

    DSLContext dsl() {
        return dsl;
    }

    /** Reads what was sent. */
    StoreReader reader() {
        return reader;
    }

    NodeAllocations nodeAllocations() {
        return nodeAllocations;
    }

    Recent recent() {
        return recent;
    }

    /** What writes have put that have come to their end. */
    RowBuffer gathered() {
        return gathered;
    }

    /** Sends what earlier writes have put; that it fails is not the fault of the write on whose behalf it is sent. */
    void send() {
        if (!gathered.hasUnsent()) {
            return;
        }
        try {
            gathered.send(dsl);
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
