package dev.gantry.app;

import dev.gantry.cli.CommandFailedException;
import dev.gantry.node.state.NodeStateException;
import dev.gantry.tls.TlsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gantry node}. */
@Command(
        name = "node",
        description = {
            "Runs a node until it gets SIGTERM. Its tasks keep running, and the next start recovers them.",
            "With a subcommand: shows and manages nodes."
        })
final class NodeCommand implements Runnable {

    @Spec
    @SuppressWarnings("unused")
    private CommandSpec spec;

    @Option(
            names = "--servers",
            split = ",",
            paramLabel = "HOST:PORT",
            defaultValue = ServerConfig.DEFAULT_LISTEN,
            description = "The servers to try in turn. Default: ${DEFAULT-VALUE}.")
    private List<String> servers = new ArrayList<>();

    /** Not marked as required: the subcommands do not need it. */
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "The directory of the node's identity and allocations. It is made if it is missing.")
    private Optional<Path> dataDir = Optional.empty();

    @Mixin
    private final NodeOptions options = new NodeOptions();

    @Override
    public void run() {
        ProgramLog.start();
        NodeConfig config = OptionErrors.explain(
                spec, () -> options.toConfig(servers, directory(), Optional.empty(), Optional.empty()));
        ProcessExit.onErrors();
        Foreground.run(start(config)::close);
    }

    /**
     * Starts a node.
     *
     * @throws CommandFailedException if it can't be started
     */
    static GantryNode start(NodeConfig config) {
        try {
            return GantryNode.start(config, GantryNode.Parts.ofThisMachine(config));
        } catch (NodeStateException | TlsException e) {
            throw new CommandFailedException(e.getMessage(), e);
        }
    }

    private Path directory() {
        return dataDir.orElseThrow(() -> new IllegalArgumentException("Missing required option: '--data-dir=DIR'"));
    }
}
