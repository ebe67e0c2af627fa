package dev.gantry.store;

import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right of this server to write to the database. It is in the row of the cluster index, with an epoch that each server
 * that takes the lease counts up. Each transaction that writes names the epoch when it advances the index ({@link
 * Batches#saveIndex}), so that the database itself refuses the writes of a server that has lost the lease, however late
 * they arrive.
 *
 * <p>A lease that several servers could take ends by the database's clock unless its holder renews it. The end only lets
 * others take the lease: a holder that could not reach the database for longer keeps the lease if nobody took it.
 *
 * <p>A thread of this class renews the lease; the other methods may be called by any thread.
 */
final class WriterLease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WriterLease.class);

    /** How long the lease lasts after it was taken or renewed. */
    static final Duration LASTS = Duration.ofSeconds(3);

    private static final Duration RENEWED = Duration.ofMillis(750);

    /** An end that is farther away was set by another clock, such as that of the database before it was set back. */
    private static final Duration FARTHEST = LASTS.multipliedBy(4);

    /** The database's clock, in milliseconds. */
    static final Field<Long> NOW =
            DSL.field("cast(extract(epoch from current_timestamp) * 1000 as bigint)", Long.class);

    /** Selects the row while anybody may take the lease. */
    static final Condition IS_FREE = CLUSTER_INDEX
            .LEASE_END
            .isNull()
            .or(CLUSTER_INDEX.LEASE_END.lt(NOW))
            .or(CLUSTER_INDEX.LEASE_END.gt(NOW.plus(FARTHEST.toMillis())));

    private static final int SECRET_BYTES = 24;

    private final DSLContext dsl;
    private final long epoch;
    private final String secret;

    /** Renews the lease; null until that is needed. Owned by whoever opens and closes the store. */
    private ScheduledExecutorService renewals;

    /** When the last renewal that succeeded began, by {@link System#nanoTime}. */
    private volatile long renewed;

    private WriterLease(DSLContext dsl, long epoch, String secret) {
        this.dsl = dsl;
        this.epoch = epoch;
        this.secret = secret;
    }

    /**
     * The state of the row.
     *
     * @param index the cluster index
     * @param epoch the epoch of the server that has the lease, or had it last
     * @param holder the name of this server
     */
    record Standing(long index, long epoch, String holder) {}

    /** Takes the lease of a database that no other server can have open. It lasts until another server takes it. */
    static WriterLease takeAlone(DSLContext dsl, Member holder) {
        String secret = secret();
        long epoch = dsl.transactionResult(configuration -> take(configuration.dsl(), holder, secret, null, false));
        return new WriterLease(dsl, epoch, secret);
    }

    /**
     * Takes the lease of a database that several servers can have open, and begins to renew it. Never waits for a server that
     * has locked the row, such as one that was paused within a write.
     *
     * @param holder this server
     * @param health learns that another server has taken the lease
     * @param startsAnew true if the database is an older state of another one, in which epochs that are to come were used
     * @throws LeaseHeldException if another server has the lease, which it names, or has locked its row
     */
    static WriterLease takeShared(DSLContext dsl, Member holder, StoreHealth health, boolean startsAnew) {
        long before = System.nanoTime();
        String secret = secret();
        long epoch = dsl.transactionResult(configuration -> lockFree(configuration.dsl())
                        ? Optional.of(take(configuration.dsl(), holder, secret, end(), startsAnew))
                        : Optional.<Long>empty())
                .orElseThrow(() -> new LeaseHeldException(standing(dsl, false).holder()));
        WriterLease lease = new WriterLease(dsl, epoch, secret);
        lease.renewed = before;
        lease.keep(health);
        return lease;
    }

    /**
     * Locks the row if anybody may take the lease. The time of a transaction is that of its beginning: who waited for the lock
     * would take a lease that has ended already.
     */
    private static boolean lockFree(DSLContext transaction) {
        return !transaction
                .selectOne()
                .from(CLUSTER_INDEX)
                .where(IS_FREE)
                .forUpdate()
                .skipLocked()
                .fetch()
                .isEmpty();
    }

    private static long take(
            DSLContext transaction, Member holder, String secret, Field<Long> end, boolean startsAnew) {
        transaction
                .update(CLUSTER_INDEX)
                .set(
                        CLUSTER_INDEX.LEASE_EPOCH,
                        DSL.when(startsAnew ? DSL.trueCondition() : CLUSTER_INDEX.LEASE_EPOCH.eq(0L), DSL.val(unused()))
                                .otherwise(CLUSTER_INDEX.LEASE_EPOCH.plus(1)))
                .set(CLUSTER_INDEX.LEASE_HOLDER, holder.name())
                .set(CLUSTER_INDEX.LEASE_ADDRESS, holder.address())
                .set(CLUSTER_INDEX.LEASE_SECRET, secret)
                .set(CLUSTER_INDEX.LEASE_END, end)
                .execute();
        // The row is locked until the transaction ends.
        return standing(transaction, false).epoch();
    }

    private static String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * Returns an epoch that no server has had: 48 random bits. Epochs of a database that was made, restored or set back
     * don't begin at 1: a paused server of the database before may have any of the small ones.
     */
    private static long unused() {
        return 1 + (UUID.randomUUID().getMostSignificantBits() >>> 16);
    }

    private static StoreException noRow() {
        return new StoreException("The database has no row in cluster_index: it is damaged; restore a backup of it");
    }

    private static Field<Long> end() {
        return NOW.plus(LASTS.toMillis());
    }

    /** Returns the epoch of this server. */
    long epoch() {
        return epoch;
    }

    /**
     * Returns true if no other server can have taken the lease by now: this server has renewed it less than its duration ago, by
     * this machine's clock, which counts on while the process is paused.
     */
    boolean isCertain() {
        return Objects.isNull(renewals) || System.nanoTime() - renewed < LASTS.toNanos();
    }

    /** Returns the secret by which this server recognizes the calls that other servers pass on to it. */
    String passOnSecret() {
        return secret;
    }

    /** Reads the row as it was last committed. */
    Standing standing() {
        return standing(dsl, false);
    }

    /**
     * Reads the row once all transactions that have changed it have ended. So a transaction of this server whose commit
     * was not answered has taken place by then, or never will.
     */
    Standing settled() {
        return dsl.transactionResult(configuration -> standing(configuration.dsl(), true));
    }

    private static Standing standing(DSLContext dsl, boolean isLocked) {
        var query = dsl.select(CLUSTER_INDEX.LAST_INDEX, CLUSTER_INDEX.LEASE_EPOCH, CLUSTER_INDEX.LEASE_HOLDER)
                .from(CLUSTER_INDEX);
        return (isLocked ? query.forUpdate() : query)
                .fetchOptional(row -> new Standing(row.value1(), row.value2(), row.value3()))
                .orElseThrow(WriterLease::noRow);
    }

    private void keep(StoreHealth health) {
        renewals = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "store-lease");
            thread.setDaemon(true);
            return thread;
        });
        var unused = renewals.scheduleWithFixedDelay(
                () -> renew(health), RENEWED.toMillis(), RENEWED.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void renew(StoreHealth health) {
        try {
            long before = System.nanoTime();
            int changed = dsl.update(CLUSTER_INDEX)
                    .set(CLUSTER_INDEX.LEASE_END, end())
                    .where(CLUSTER_INDEX.LEASE_EPOCH.eq(epoch))
                    .execute();
            if (changed == 0) {
                lose(standing(), health, new StoreException("The lease could not be renewed"));
            } else {
                renewed = before;
            }
        } catch (RuntimeException e) {
            // The failed query has let the writer examine the database, which tells what is wrong.
            LOG.debug("The lease can't be renewed now", e);
        } catch (Error e) {
            health.fail(StoreHealth.Recovery.RESTART, "renewing the lease of the database failed", e);
            throw e;
        }
    }

    /** Breaks the store for good: another server writes, or the database is another one. */
    void lose(Standing found, StoreHealth health, Throwable cause) {
        boolean isOtherDatabase = found.holder().isEmpty() || found.epoch() < epoch;
        health.fail(
                isOtherDatabase ? StoreHealth.Recovery.RESTART : StoreHealth.Recovery.OTHER_LEADER,
                isOtherDatabase
                        ? "the database was restored, made anew or replaced (its epoch is %d; the epoch of this server is %d)"
                                .formatted(found.epoch(), epoch)
                        : "another gantry server, %s, has taken over the database (epoch %d; the epoch of this server is %d)"
                                .formatted(found.holder(), found.epoch(), epoch),
                cause);
    }

    /** Ends the renewals and gives the lease back, so that the next server need not wait for its end. */
    @Override
    public void close() {
        if (Objects.isNull(renewals)) {
            return;
        }
        renewals.shutdownNow();
        try {
            if (!renewals.awaitTermination(LASTS.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("The renewal of the lease of the database still waits for the database");
            }
            dsl.update(CLUSTER_INDEX)
                    .setNull(CLUSTER_INDEX.LEASE_END)
                    .where(CLUSTER_INDEX.LEASE_EPOCH.eq(epoch))
                    .execute();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("The lease of the database can't be given back ({}); it ends by itself", e.getMessage());
        }
    }
}
