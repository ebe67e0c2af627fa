package dev.gantry.store;

import dev.gantry.files.DurableFile;
import dev.gantry.files.ProcessLock;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place of a server among those that share a database in PostgreSQL. It tells the others that this server is there, and
 * this server which one leads, over one connection of its own, whether or not this server leads. Used by one thread.
 */
public final class Membership implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    private static final Duration RENEWED = Duration.ofSeconds(1);

    private final PostgresAddress address;
    private final Member self;

    /** Open while this process may use the data directory. */
    private final FileChannel lock;

    private Optional<Connection> connection = Optional.empty();
    private boolean hasTables;
    private OptionalLong renewed = OptionalLong.empty();

    private Membership(PostgresAddress address, Member self, FileChannel lock) {
        this.address = address;
        this.self = self;
        this.lock = lock;
    }

    /**
     * Prepares the membership. Does not connect yet.
     *
     * @param address the database
     * @param dataDir the data directory, which is made if it is missing
     * @param self this server
     * @return the membership, which keeps other servers of this machine out of the data directory until it is closed
     * @throws StoreException if another server uses the data directory, or it can't be used
     */
    public static Membership open(PostgresAddress address, Path dataDir, Member self) {
        Path file = DataDirectory.create(dataDir).resolve("server.lock");
        try {
            FileChannel lock = FileChannel.open(
                    file,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(DurableFile.OWNER_ONLY));
            if (!ProcessLock.take(lock)) {
                lock.close();
                throw new StoreException(
                        "Another gantry server of this machine uses %s: give each server a --data-dir of its own"
                                .formatted(dataDir));
            }
            return new Membership(address, self, lock);
        } catch (IOException e) {
            throw new StoreException("Can't lock %s (%s)".formatted(file, e), e);
        }
    }

    /**
     * Returns the keys that this server needs to encrypt and decrypt variables as the other servers do.
     *
     * @return the ids of the keys; none if nobody has encrypted anything yet, and no other server runs
     * @throws StoreException if the database can't be reached within a few seconds
     */
    public Set<Long> variableKeys() {
        return ask(members -> members.variableKeys()).orElse(Set.of());
    }

    /**
     * Renews the row of this server if it is due, and returns which server leads.
     *
     * @param variableKey the id of the key by which this server would encrypt variables; empty if it can't
     * @return the leader; empty if none has the lease, also if the database has no tables yet
     * @throws StoreException if the database can't be reached within a few seconds
     */
    public Optional<Members.Leader> renew(OptionalLong variableKey) {
        return ask(members -> {
                    if (isDue()) {
                        members.renew(self, variableKey);
                        renewed = OptionalLong.of(System.nanoTime());
                    }
                    return members.leader();
                })
                .flatMap(found -> found);
    }

    /** Asks the database; empty if it has no tables yet. */
    private <T> Optional<T> ask(Function<Members, T> question) {
        try {
            Connection open = connect();
            hasTables = hasTables || PostgresDatabase.hasTables(DSL.using(open, SQLDialect.POSTGRES));
            return hasTables ? Optional.of(question.apply(members(open))) : Optional.empty();
        } catch (SQLException | DataAccessException e) {
            disconnect();
            throw new StoreException(
                    "Can't ask the database at %s which server leads (%s)"
                            .formatted(address, PostgresDatabase.rootMessage(e)),
                    e);
        }
    }

    private boolean isDue() {
        return renewed.isEmpty() || System.nanoTime() - renewed.getAsLong() >= RENEWED.toNanos();
    }

    private Connection connect() throws SQLException {
        if (connection.isEmpty()) {
            connection = Optional.of(PostgresDatabase.connectForMember(address));
        }
        return connection.get();
    }

    private static Members members(Connection open) {
        return new Members(DSL.using(open, SQLDialect.POSTGRES, Database.settings()));
    }

    private void disconnect() {
        connection.ifPresent(open -> {
            try {
                open.close();
            } catch (SQLException e) {
                LOG.debug("The connection of this member can't be closed", e);
            }
        });
        connection = Optional.empty();
    }

    /** Deletes the row of this server, if the database can be reached. */
    @Override
    public void close() {
        try {
            if (hasTables && connection.isPresent()) {
                members(connection.get()).leave(self);
            }
        } catch (DataAccessException e) {
            LOG.info("The database still names this server for a day: {}", PostgresDatabase.rootMessage(e));
        } finally {
            disconnect();
            unlock();
        }
    }

    private void unlock() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("The lock of the data directory can't be released; it ends with the process", e);
        }
    }
}
