package dev.gantry.store;

import static dev.gantry.store.schema.Tables.CLUSTER_INDEX;
import static dev.gantry.store.schema.Tables.MEMBER;
import static dev.gantry.store.schema.Tables.VARIABLE;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.impl.DSL;

/** The servers that share a database, as its tables name them. Thread-safe, as far as its connections are. */
public final class Members {

    /** How long the row of a server that does not renew it is kept. */
    private static final Duration REMEMBERED = Duration.ofHours(24);

    /** A server that was not seen for longer may have ended without a word. */
    private static final Duration ALIVE = Duration.ofSeconds(10);

    private final DSLContext dsl;

    /** Reads and writes the tables over the connections of a database. */
    Members(DSLContext dsl) {
        this.dsl = dsl;
    }

    /**
     * The server that leads.
     *
     * @param name its name
     * @param address where it is called; empty: it can't be called
     * @param epoch its epoch; each leader has a higher one than the leader before
     * @param secret by which it recognizes calls that other servers pass on
     */
    public record Leader(String name, String address, long epoch, String secret) {

        /** Leaves out the secret. */
        @Override
        public String toString() {
            return "%s, epoch %d".formatted(name, epoch);
        }
    }

    /**
     * A server as its row in the database tells of it.
     *
     * @param member the server
     * @param started when its process has started
     * @param unseen how long ago it renewed its row, by the database's clock
     */
    public record Seen(Member member, Instant started, Duration unseen) {

        /**
         * Tells whether the server was seen so short a time ago that it counts as running.
         *
         * @return false if it may have ended without a word
         */
        public boolean isAlive() {
            return unseen.compareTo(ALIVE) < 0;
        }
    }

    /**
     * Returns the server that leads now.
     *
     * @return the leader; empty if none has the lease
     */
    public Optional<Leader> leader() {
        return dsl.select(
                        CLUSTER_INDEX.LEASE_HOLDER,
                        CLUSTER_INDEX.LEASE_ADDRESS,
                        CLUSTER_INDEX.LEASE_EPOCH,
                        CLUSTER_INDEX.LEASE_SECRET)
                .from(CLUSTER_INDEX)
                .where(DSL.not(WriterLease.IS_FREE))
                .fetchOptional(row -> new Leader(row.value1(), row.value2(), row.value3(), row.value4()));
    }

    /**
     * Returns the servers, those that were started first first.
     *
     * @return also servers that have ended without a word, for a day
     */
    public List<Seen> list() {
        return dsl.select(MEMBER.fields())
                .select(WriterLease.NOW.minus(MEMBER.SEEN_AT).as("unseen"))
                .from(MEMBER)
                .orderBy(MEMBER.STARTED_AT, MEMBER.ID)
                .fetch(Members::seen);
    }

    private static Seen seen(Record row) {
        return new Seen(
                new Member(row.get(MEMBER.ID), row.get(MEMBER.NAME), row.get(MEMBER.ADDRESS), row.get(MEMBER.VERSION)),
                Instant.ofEpochMilli(row.get(MEMBER.STARTED_AT)),
                Duration.ofMillis(row.get("unseen", Long.class)));
    }

    /**
     * Returns the keys that a server needs to encrypt and decrypt variables as the others do.
     *
     * @return the ids of the keys of variables and of the servers that run
     */
    Set<Long> variableKeys() {
        return Set.copyOf(dsl.select(VARIABLE.KEY_ID)
                .from(VARIABLE)
                .union(dsl.select(MEMBER.VARIABLE_KEY)
                        .from(MEMBER)
                        .where(MEMBER.VARIABLE_KEY.isNotNull())
                        .and(MEMBER.SEEN_AT.gt(WriterLease.NOW.minus(ALIVE.toMillis()))))
                .fetchSet(0, Long.class));
    }

    /** Renews the row of a server, and deletes those of servers that were not seen for a day. */
    void renew(Member member, OptionalLong variableKey) {
        Long key = variableKey.isPresent() ? variableKey.getAsLong() : null;
        dsl.transaction(configuration -> {
            DSLContext transaction = configuration.dsl();
            int renewed = transaction
                    .update(MEMBER)
                    .set(MEMBER.SEEN_AT, WriterLease.NOW)
                    .set(MEMBER.VARIABLE_KEY, key)
                    .where(MEMBER.ID.eq(member.id()))
                    .execute();
            if (renewed == 0) {
                transaction
                        .insertInto(MEMBER)
                        .set(MEMBER.ID, member.id())
                        .set(MEMBER.NAME, member.name())
                        .set(MEMBER.ADDRESS, member.address())
                        .set(MEMBER.VERSION, member.version())
                        .set(MEMBER.STARTED_AT, WriterLease.NOW)
                        .set(MEMBER.SEEN_AT, WriterLease.NOW)
                        .set(MEMBER.VARIABLE_KEY, key)
                        .execute();
                transaction
                        .deleteFrom(MEMBER)
                        .where(MEMBER.SEEN_AT.lt(WriterLease.NOW.minus(REMEMBERED.toMillis())))
                        .execute();
            }
        });
    }

    /** Deletes the row of a server that ends. */
    void leave(Member member) {
        dsl.deleteFrom(MEMBER).where(MEMBER.ID.eq(member.id())).execute();
    }
}
