package dev.gantry.app;

import dev.gantry.scheduler.SchedulerOptions;
import dev.gantry.v1.JobType;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** What a server is told on its command line. */
final class ServerOptions {

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = ServerConfig.DEFAULT_LISTEN,
            description = "Where to serve; port 0 takes any free one. Default: ${DEFAULT-VALUE}.")
    private String listen = ServerConfig.DEFAULT_LISTEN;

    @Option(
            names = "--node-ttl",
            paramLabel = "DURATION",
            description = "How long a node may be silent before it is given up, such as 30s. Default: 30s.")
    private Duration nodeTimeToLive = ServerConfig.DEFAULT_NODE_TIME_TO_LIVE;

    /** Types of jobs that may displace others; the words of job files. */
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
            description = "For which types of jobs allocations of lower priority are stopped where there is no room:"
                    + " service, batch, system, or several with commas between. Default: none.")
    private Set<Preempting> preemption = Set.of();

    @Option(
            names = "--placement",
            paramLabel = "ALGORITHM",
            defaultValue = "binpack",
            description = "Which nodes are filled first: binpack, the fullest, or spread, the emptiest."
                    + " Default: ${DEFAULT-VALUE}.")
    private SchedulerOptions.Algorithm placement = SchedulerOptions.Algorithm.BINPACK;

    /**
     * The server's configuration.
     *
     * @throws IllegalArgumentException naming the value that can't be used
     */
    ServerConfig toConfig(Path dataDir) {
        InetSocketAddress address = HostPort.parse(listen);
        Set<JobType> preempting = preemption.stream().map(type -> type.type).collect(Collectors.toSet());
        return new ServerConfig(dataDir, address, nodeTimeToLive, new SchedulerOptions(placement, preempting));
    }
}
