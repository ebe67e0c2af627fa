package dev.gantry.app;

import dev.gantry.cli.CommandFailedException;
import dev.gantry.node.state.NodeStateException;
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
            "Runs a node until it is asked to end (SIGTERM); its tasks go on, and the next start takes them up.",
            "With a command behind it: looks at nodes."
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

    /** Not marked as required: the commands below this one need none. */
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the node keeps its identity and its allocations; made where it is missing.")
    private Optional<Path> dataDir = Optional.empty();

    @Mixin
    private final NodeOptions options = new NodeOptions();

    @Override
    public void run() {
        NodeConfig config = OptionErrors.explain(spec, () -> options.toConfig(servers, directory(), Optional.empty()));
        ProcessExit.onErrors();
        Foreground.run(start(config)::close);
    }

    /**
     * Starts a node for a command.
     *
     * @throws CommandFailedException if it can't be started
     */
    static GantryNode start(NodeConfig config) {
        try {
            return GantryNode.start(config, GantryNode.Parts.ofThisMachine(config));
        } catch (NodeStateException e) {
            throw new CommandFailedException(e.getMessage(), e);
        }
    }

    private Path directory() {
        return dataDir.orElseThrow(() -> new IllegalArgumentException("Missing required option: '--data-dir=DIR'"));
    }
}
