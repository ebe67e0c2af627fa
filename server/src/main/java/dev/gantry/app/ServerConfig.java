package dev.gantry.app;

import dev.gantry.api.CallLimits;
import dev.gantry.audit.AuditOptions;
import dev.gantry.cluster.gc.GarbageThresholds;
import dev.gantry.node.fingerprint.HostAddress;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.store.Member;
import dev.gantry.store.PostgresAddress;
import dev.gantry.store.StoreOptions;
import dev.gantry.tls.ServerTls;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;

/**
 * The configuration of a server.
 *
 * @param dataDir the data directory. The server uses {@code server/} in it, so that a node of the same machine can
 *     share it
 * @param listen the address to listen on; port 0 takes any free port
 * @param nodeTimeToLive how long a node may be silent before it is marked down, more than 0; longer in a large cluster.
 *     Nodes send heartbeats three times as often
 * @param scheduling the configuration of the scheduler
 * @param garbage how long ended objects are kept
 * @param garbageInterval the interval of garbage collection, 1 s or more
 * @param acceptLostWrites true to serve although the database lacks acknowledged writes
 * @param isInsecure true to let each caller do everything, without a token; only if nobody beyond this machine can call
 * @param localCredentials where the tokens are left for this user's commands on this machine, given the port; empty:
 *     nowhere
 * @param tls how the server uses TLS; empty if it does not
 * @param audit how the server records calls; empty if it does not
 * @param limits how much callers may ask of the server
 * @param keyringFile the file with the keys of variables; empty: {@code server/keyring/variables.json} in the data directory
 * @param postgres the database in PostgreSQL; empty: H2, in the data directory
 * @param advertised {@code HOST:PORT} by which other servers, nodes and clients reach this server; empty: {@code listen}, with
 *     the machine's address if it listens on all
 */
record ServerConfig(
        Path dataDir,
        InetSocketAddress listen,
        Duration nodeTimeToLive,
        SchedulerOptions scheduling,
        GarbageThresholds garbage,
        Duration garbageInterval,
        boolean acceptLostWrites,
        boolean isInsecure,
        Optional<IntFunction<Path>> localCredentials,
        Optional<ServerTls> tls,
        Optional<AuditOptions> audit,
        CallLimits limits,
        Optional<Path> keyringFile,
        Optional<PostgresAddress> postgres,
        Optional<String> advertised) {

    /** The default address. */
    static final String DEFAULT_LISTEN = "127.0.0.1:7470";

    private static final String LOOPBACK = "127.0.0.1:";

    /** The default time to live of nodes. */
    static final Duration DEFAULT_NODE_TIME_TO_LIVE = Duration.ofSeconds(30);

    /** The default interval of garbage collection, as in Nomad. */
    static final Duration DEFAULT_GARBAGE_INTERVAL = Duration.ofMinutes(5);

    /**
     * Makes a configuration with the default scheduler configuration.
     *
     * @throws IllegalArgumentException as the other constructors
     */
    ServerConfig(Path dataDir, InetSocketAddress listen, Duration nodeTimeToLive) {
        this(dataDir, listen, nodeTimeToLive, SchedulerOptions.DEFAULT);
    }

    /**
     * Makes a configuration with the default garbage collection.
     *
     * @throws IllegalArgumentException as the other constructors
     */
    ServerConfig(Path dataDir, InetSocketAddress listen, Duration nodeTimeToLive, SchedulerOptions scheduling) {
        this(
                dataDir,
                listen,
                nodeTimeToLive,
                scheduling,
                GarbageThresholds.DEFAULT,
                DEFAULT_GARBAGE_INTERVAL,
                false,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                CallLimits.DEFAULT,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * Validates the values.
     *
     * @throws IllegalArgumentException if the time to live is not more than 0, if the interval is shorter than a second,
     *     or if callers beyond this machine would need no token or no TLS
     */
    ServerConfig {
        if (nodeTimeToLive.isNegative() || nodeTimeToLive.isZero()) {
            throw new IllegalArgumentException("The nodes' time to live must be more than 0, not " + nodeTimeToLive);
        }
        if (garbageInterval.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException(
                    "Garbage is collected once a second at most, not every " + garbageInterval);
        }
        if (isInsecure && !listen.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException(
                    "With --insecure, whoever reaches %s could do everything: listen on loopback, such as --listen %s"
                            .formatted(HostPort.format(listen), LOOPBACK + listen.getPort()));
        }
        if (tls.isEmpty() && !listen.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException(
                    ("Without TLS, others could read tokens on their way to %s, beyond this machine: say --tls, or"
                                    + " --tls-cert, --tls-key and --tls-ca; or listen on loopback, such as --listen %s")
                            .formatted(HostPort.format(listen), LOOPBACK + listen.getPort()));
        }
    }

    /**
     * Returns which database the server uses.
     *
     * @param self what the database tells others of this server
     */
    StoreOptions store(Member self) {
        return new StoreOptions(storeDir(), postgres, acceptLostWrites, self);
    }

    /**
     * Returns what the database tells others of this process.
     *
     * @param bound the address that it listens on, with the actual port
     * @return the server, with another id at each call
     */
    Member member(InetSocketAddress bound) {
        String address = advertised.orElseGet(() -> bound.getAddress().isAnyLocalAddress()
                ? HostAddress.ofDefaultRoute() + ":" + bound.getPort()
                : HostPort.format(bound));
        return new Member(UUID.randomUUID().toString(), serverName(bound), address, ProgramVersion.get());
    }

    /** Returns a name that tells people on which machine, at which address and in which process this server runs. */
    private static String serverName(InetSocketAddress bound) {
        String process = "process " + ProcessHandle.current().pid();
        try {
            return "%s (%s, %s)".formatted(InetAddress.getLocalHost().getHostName(), HostPort.format(bound), process);
        } catch (UnknownHostException e) {
            // The machine's own name is in no directory; its address is enough.
            return "%s (%s)".formatted(HostPort.format(bound), process);
        }
    }

    /** Returns the same configuration with another address to listen on. */
    ServerConfig listeningAt(InetSocketAddress address) {
        return new ServerConfig(
                dataDir,
                address,
                nodeTimeToLive,
                scheduling,
                garbage,
                garbageInterval,
                acceptLostWrites,
                isInsecure,
                localCredentials,
                tls,
                audit,
                limits,
                keyringFile,
                postgres,
                advertised);
    }

    /** Returns the directory of the server's own files, and of its database {@code gantry.mv.db} if it uses H2. */
    Path storeDir() {
        return storeDir(dataDir);
    }

    /** Returns the directory of the database in a data directory. */
    static Path storeDir(Path dataDir) {
        return dataDir.resolve("server");
    }

    /** Returns the file with the keys of variables. */
    Path keyring() {
        return keyringFile.orElseGet(() -> storeDir().resolve("keyring").resolve("variables.json"));
    }
}
