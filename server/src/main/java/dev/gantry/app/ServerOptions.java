package dev.gantry.app;

import dev.gantry.client.LocalCredentials;
import dev.gantry.cluster.gc.GarbageThresholds;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.JobType;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line options of a server. */
final class ServerOptions {

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = ServerConfig.DEFAULT_LISTEN,
            description = "The address to listen on; port 0 takes any free port. Default: ${DEFAULT-VALUE}.")
    private String listen = ServerConfig.DEFAULT_LISTEN;

    @Option(
            names = "--node-ttl",
            paramLabel = "DURATION",
            description = "How long a node may be silent before it is marked down, such as 30s. Default: 30s.")
    private Duration nodeTimeToLive = ServerConfig.DEFAULT_NODE_TIME_TO_LIVE;

    /** The types of jobs that may preempt others, in the words of job files. */
    enum Preempting {
        SERVICE(JobType.JOB_TYPE_SERVICE),
        BATCH(JobType.JOB_TYPE_BATCH),
        SYSTEM(JobType.JOB_TYPE_SYSTEM);

        private final JobType type;

        Preempting(JobType type) {
            this.type = type;
        }
    }

    @Option(
            names = "--preemption",
            paramLabel = "TYPE",
            split = ",",
            description = "Types of jobs that may preempt allocations of jobs with lower priorities:"
                    + " service, batch, system, or several with commas between. Default: none.")
    private Set<Preempting> preemption = Set.of();

    @Option(
            names = "--placement",
            paramLabel = "ALGORITHM",
            defaultValue = "binpack",
            description = "The algorithm that ranks nodes: binpack prefers the fullest, spread the emptiest."
                    + " Default: ${DEFAULT-VALUE}.")
    private SchedulerOptions.Algorithm placement = SchedulerOptions.Algorithm.BINPACK;

    @Option(
            names = "--job-gc-interval",
            paramLabel = "DURATION",
            description = "The interval of garbage collection. Default: 5m.")
    private Duration garbageInterval = ServerConfig.DEFAULT_GARBAGE_INTERVAL;

    @Option(
            names = "--job-gc-threshold",
            paramLabel = "DURATION",
            description = "How long dead jobs are kept, with all that belongs to them. Default: 4h.")
    private Duration jobThreshold = GarbageThresholds.DEFAULT.jobs();

    @Option(
            names = "--eval-gc-threshold",
            paramLabel = "DURATION",
            description = "How long ended evaluations and allocations are kept. Default: 1h.")
    private Duration evaluationThreshold = GarbageThresholds.DEFAULT.evaluations();

    @Option(
            names = "--deployment-gc-threshold",
            paramLabel = "DURATION",
            description = "How long ended deployments are kept. Default: 1h.")
    private Duration deploymentThreshold = GarbageThresholds.DEFAULT.deployments();

    @Option(
            names = "--node-gc-threshold",
            paramLabel = "DURATION",
            description = "How long nodes that are down are kept. Default: 24h.")
    private Duration nodeThreshold = GarbageThresholds.DEFAULT.nodes();

    @Option(
            names = "--job-tracked-versions",
            paramLabel = "N",
            description = "How many versions of each job are kept. Default: 6.")
    private int versionsKept = GarbageThresholds.DEFAULT.versionsKept();

    @Option(
            names = "--accept-lost-writes",
            description =
                    "Starts although the database is missing, damaged or lacks acknowledged writes. The database gets a"
                            + " new cluster id: nodes keep their tasks running, but refuse this server until"
                            + " 'gantry node rejoin'.")
    private boolean acceptLostWrites;

    @Option(
            names = "--insecure",
            description = "Asks for no tokens: each user of this machine may do everything. Only on loopback.")
    private boolean insecure;

    @Option(
            names = "--keyring-file",
            paramLabel = "FILE",
            description =
                    "The file with the keys that encrypt variables; made if it is missing and there are no variables."
                            + " Default: server/keyring/variables.json in the data directory.")
    private Path keyringFile;

    @Mixin
    private final DatabaseServerOptions database = new DatabaseServerOptions();

    @Mixin
    private final TlsServerOptions tls = new TlsServerOptions();

    @Mixin
    private final AuditServerOptions audit = new AuditServerOptions();

    @Mixin
    private final LimitServerOptions limits = new LimitServerOptions();

    /**
     * Makes the server's configuration.
     *
     * @throws IllegalArgumentException if a value can't be used; the message names it
     */
    ServerConfig toConfig(Path dataDir) {
        InetSocketAddress address = HostPort.parse(listen);
        Set<JobType> preempting = preemption.stream().map(type -> type.type).collect(Collectors.toSet());
        return new ServerConfig(
                dataDir,
                address,
                nodeTimeToLive,
                new SchedulerOptions(placement, preempting),
                garbage(),
                garbageInterval,
                acceptLostWrites,
                insecure,
                LocalCredentials.directory(System.getenv()).map(all -> port -> all.resolve(Integer.toString(port))),
                tls.toTls(dataDir.resolve("server").resolve("tls"), address.getAddress()),
                audit.toAudit(dataDir.resolve("server")),
                limits.toLimits(),
                Optional.ofNullable(keyringFile),
                database.toPostgres(System.getenv()),
                database.advertised());
    }

    private GarbageThresholds garbage() {
        return new GarbageThresholds(
                evaluationThreshold,
                deploymentThreshold,
                jobThreshold,
                nodeThreshold,
                GarbageThresholds.DEFAULT.requests(),
                GarbageThresholds.DEFAULT.allocationsKept(),
                versionsKept);
    }
}
