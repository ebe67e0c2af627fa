package dev.gantry.app;

import dev.gantry.api.FollowerServer;
import dev.gantry.cluster.Clocks;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.variable.Keyring;
import dev.gantry.store.LeaseHeldException;
import dev.gantry.store.Member;
import dev.gantry.store.Members.Leader;
import dev.gantry.store.Membership;
import dev.gantry.store.PostgresAddress;
import dev.gantry.store.Standby;
import dev.gantry.store.Store;
import dev.gantry.store.StoreException;
import dev.gantry.store.StoreHealth;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that shares its database in PostgreSQL with others. It leads while it has the lease of the database: then it is a
 * {@link GantryServer}. Otherwise it passes calls on to the server that leads, and takes the lease once nobody has it.
 *
 * <p>One thread owns what the server is at present, and changes it.
 */
final class SharedServer implements RunningServer {

    private static final Logger LOG = LoggerFactory.getLogger(SharedServer.class);

    /** How soon this server learns that nobody leads, or that another server does. */
    private static final Duration POLL = Duration.ofMillis(250);

    /** How often a follower looks after its certificate and its keyring. */
    private static final Duration FILES = Duration.ofSeconds(5);

    /** How long a server that has handed over leaves the lead to others. */
    private static final Duration COURTESY = Duration.ofSeconds(5);

    /** How long a server that could not lead waits before it tries again. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    /** An order to the thread. */
    private enum Order {
        /** To let another server lead. */
        HAND_OVER,
        /** To end the work as leader: another server leads already. */
        FOLLOW,
        /** To end. */
        END
    }

    private final ServerConfig config;
    private final Clocks clocks;
    private final RandomGenerator random;
    private final RandomGenerator secrets;
    private final Runnable end;
    private final Member self;
    private final Membership membership;
    private final ServerSecurity security;

    /** The id of the key by which this server would encrypt variables, before it has led. */
    private final long variableKey;

    private final BlockingQueue<Order> orders = new LinkedBlockingQueue<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread = new Thread(this::run, "member");

    // Owned by the thread; before it runs, by the one that starts the server. One of both is present, except in
    // between.
    private Optional<GantryServer> leading = Optional.empty();
    private Optional<FollowerServer> following = Optional.empty();
    private Optional<Standby> standby = Optional.empty();
    private long leadsNotBefore = System.nanoTime();
    private long filesSeen = System.nanoTime();
    private Set<Long> keysSeen = Set.of();
    private String lastFault = "";

    private SharedServer(
            ServerConfig config,
            Clocks clocks,
            RandomGenerator random,
            RandomGenerator secrets,
            Runnable end,
            Member self,
            Membership membership,
            ServerSecurity security,
            long variableKey) {
        this.variableKey = variableKey;
        this.config = config;
        this.clocks = clocks;
        this.random = random;
        this.secrets = secrets;
        this.end = end;
        this.self = self;
        this.membership = membership;
        this.security = security;
    }

    /**
     * Joins the servers of the database, and leads them if nobody does.
     *
     * @param given the configuration, with a database in PostgreSQL
     * @param clocks the clocks
     * @param random makes identifiers; used by several threads at a time
     * @param secrets makes secrets; used by several threads at a time
     * @param end ends the process, called when its memory can't be trusted any more
     * @throws IOException if the address can't be bound
     * @throws StoreException if the database can't be used
     */
    static SharedServer start(
            ServerConfig given, Clocks clocks, RandomGenerator random, RandomGenerator secrets, Runnable end)
            throws IOException {
        ServerConfig config = given.listeningAt(withPort(given.listen()));
        PostgresAddress database = config.postgres().orElseThrow();
        Member self = config.member(config.listen());
        Membership membership = Membership.open(database, config.storeDir(), self);
        try {
            ServerSecurity security = ServerSecurity.open(config.tls(), clocks.wall());
            SharedServer server = new SharedServer(
                    config, clocks, random, secrets, end, self, membership, security, variableKey(config, membership));
            try {
                server.begin();
            } catch (IOException | RuntimeException e) {
                server.stop();
                throw e;
            }
            server.thread.start();
            return server;
        } catch (IOException | RuntimeException e) {
            membership.close();
            throw e;
        }
    }

    /**
     * Checks that this server has the keys of variables that the other servers have, and makes one if there is none yet. A
     * server without them could not read variables once it leads.
     */
    private static long variableKey(ServerConfig config, Membership membership) {
        Set<Long> needed = membership.variableKeys();
        try (Keyring keyring = Keyring.open(config.keyring(), needed)) {
            return keyring.primaryId();
        } catch (RefusedException e) {
            throw new StoreException(
                    "%s. Servers that share a database need the same keys: copy the keyring file of a server that runs to %s"
                            .formatted(e.getMessage(), config.keyring()),
                    e);
        }
    }

    /** Returns the address with a free port in place of port 0: others are told of it before the server listens. */
    private static InetSocketAddress withPort(InetSocketAddress address) throws IOException {
        if (address.getPort() != 0) {
            return address;
        }
        try (ServerSocket free = new ServerSocket(0, 1, address.getAddress())) {
            return new InetSocketAddress(address.getAddress(), free.getLocalPort());
        }
    }

    @Override
    public InetSocketAddress address() {
        return config.listen();
    }

    @Override
    public void close() {
        orders.add(Order.END);
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void begin() throws IOException {
        Optional<Leader> leader = renew();
        if (leader.isEmpty() && lead()) {
            // The first renewal may have found no tables.
            renew();
            return;
        }
        follow(renew());
        LOG.info("Gantry server {} is ready at {}", ProgramVersion.get(), HostPort.format(config.listen()));
    }

    /** Renews the row of this server, and returns another server that leads. */
    private Optional<Leader> renew() {
        // Until its lease ends, an earlier process at this address counts as the leader; calls to it would come back
        // here.
        return membership
                .renew(leading.map(GantryServer::variableKey).orElse(OptionalLong.of(variableKey)))
                .filter(leader -> leading.isPresent() || !leader.address().equals(self.address()));
    }

    private void run() {
        try {
            boolean goesOn = true;
            while (goesOn) {
                Optional<Order> order = Optional.ofNullable(orders.poll(POLL.toMillis(), TimeUnit.MILLISECONDS));
                goesOn = order.isEmpty() || order.get() != Order.END;
                if (goesOn) {
                    takeTurn(order);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            LOG.error("The thread that decides whether this server leads has failed", e);
            end.run();
        } finally {
            try {
                stop();
                membership.close();
            } finally {
                ended.countDown();
            }
        }
    }

    private void takeTurn(Optional<Order> order) {
        try {
            // An order to a leader is over with its time as the leader.
            if (order.isPresent() && leading.isPresent()) {
                stop();
                leadsNotBefore = System.nanoTime() + (order.get() == Order.HAND_OVER ? COURTESY.toNanos() : 0);
            }
            Optional<Leader> leader = renew();
            if (leading.isEmpty()) {
                turnAsFollower(leader);
            }
            lastFault = "";
        } catch (IOException | RuntimeException e) {
            // A leader that is known may be able to reach the database.
            tell(e);
        }
    }

    private void turnAsFollower(Optional<Leader> leader) throws IOException {
        follow(leader);
        lookAfterFiles();
        if (leader.isPresent()) {
            // The lead was left to another server, which has taken it.
            leadsNotBefore = System.nanoTime();
        } else if (System.nanoTime() - leadsNotBefore >= 0) {
            leadsNotBefore = System.nanoTime() + RETRY.toNanos();
            if (!lead()) {
                // If the faster one does not come to lead, there is no reason to wait.
                leadsNotBefore = System.nanoTime();
            }
        }
    }

    private void follow(Optional<Leader> leader) throws IOException {
        if (following.isEmpty()) {
            following =
                    Optional.of(FollowerServer.start(config.listen(), security.ofServer(), security.toOtherServers()));
        }
        following.get().follow(leader);
        if (standby.isEmpty()) {
            standby = Optional.of(Standby.prepare(config.store(self)));
        }
    }

    /**
     * Takes the lease and leads.
     *
     * @return false if another server was faster
     */
    private boolean lead() throws IOException {
        Standby prepared = standby.isPresent() ? standby.get() : Standby.prepare(config.store(self));
        standby = Optional.of(prepared);
        Store store;
        try {
            store = prepared.lead();
        } catch (LeaseHeldException e) {
            LOG.debug("Another server was faster", e);
            return false;
        } catch (RuntimeException e) {
            standby = Optional.empty();
            prepared.close();
            throw e;
        }
        store.health().listen(state -> {
            if (state instanceof StoreHealth.Broken broken && broken.recovery() == StoreHealth.Recovery.OTHER_LEADER) {
                orders.add(Order.FOLLOW);
            }
        });
        // From now on this server answers itself, at the same address.
        stop();
        leading = Optional.of(GantryServer.serve(
                config,
                security,
                store,
                self,
                Optional.of(() -> orders.add(Order.HAND_OVER)),
                clocks,
                random,
                secrets,
                end));
        return true;
    }

    private void stop() {
        leading.ifPresent(GantryServer::close);
        leading = Optional.empty();
        following.ifPresent(FollowerServer::close);
        following = Optional.empty();
        standby.ifPresent(Standby::close);
        standby = Optional.empty();
    }

    private void lookAfterFiles() {
        if (System.nanoTime() - filesSeen > FILES.toNanos()) {
            filesSeen = System.nanoTime();
            security.renew();
            security.reload();
            checkKeys();
        }
    }

    /** Says that this server lacks keys: two servers that were started on an empty database at once make one each. */
    private void checkKeys() {
        Set<Long> needed = membership.variableKeys();
        if (!needed.equals(keysSeen)) {
            keysSeen = needed;
            // It logs what is missing.
            Keyring.open(config.keyring(), needed).close();
        }
    }

    /** Logs each fault once, not at each turn. */
    private void tell(Exception fault) {
        String message = String.valueOf(fault.getMessage());
        if (!message.equals(lastFault)) {
            lastFault = message;
            LOG.error("This server can't learn which server leads, or can't lead itself; it tries again", fault);
        }
    }
}
