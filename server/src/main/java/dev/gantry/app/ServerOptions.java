package dev.gantry.app;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
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

    /**
     * The server's configuration.
     *
     * @throws IllegalArgumentException naming the value that can't be used
     */
    ServerConfig toConfig(Path dataDir) {
        InetSocketAddress address = HostPort.parse(listen);
        return new ServerConfig(dataDir, address, nodeTimeToLive);
    }
}
