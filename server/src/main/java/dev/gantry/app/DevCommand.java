package dev.gantry.app;

import dev.gantry.cli.CommandFailedException;
import dev.gantry.cluster.access.TokenFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gantry dev}: a server and a node in one process. */
@Command(
        name = "dev",
        description =
                "Runs a server and a node in one process until it gets SIGTERM or SIGINT; then stops the node's tasks.")
final class DevCommand implements Runnable {

    private static final String LOOPBACK = "127.0.0.1";

    @Spec
    @SuppressWarnings("unused")
    private CommandSpec spec;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "The data directory. Default: a temporary directory, removed at the end.")
    private Optional<Path> dataDir = Optional.empty();

    @Mixin
    private final ServerOptions serverOptions = new ServerOptions();

    @Mixin
    private final NodeOptions nodeOptions = new NodeOptions();

    @Override
    public void run() {
        ProgramLog.start();
        ProcessExit.onErrors();
        Path directory = dataDir.orElseGet(DevCommand::createTemporary);
        Runnable close;
        try {
            close = start(directory);
        } catch (RuntimeException e) {
            removeTemporary(directory);
            throw e;
        }
        Foreground.run(() -> {
            close.run();
            removeTemporary(directory);
        });
    }

    /** Starts the server and the node. Returns an action that stops both. */
    private Runnable start(Path directory) {
        ServerConfig serverConfig = OptionErrors.explain(spec, () -> serverOptions.toConfig(directory));
        // The node's options are read before anything starts: a fault in them must not leave a server's new files
        // behind.
        var unused = nodeConfig(ServerConfig.DEFAULT_LISTEN, directory);
        RunningServer server = ServerCommand.start(serverConfig);
        GantryNode node = startNode(server, directory);
        return () -> {
            node.closeStoppingTasks();
            server.close();
        };
    }

    private GantryNode startNode(RunningServer server, Path directory) {
        try {
            return NodeCommand.start(nodeConfig(reachable(server), directory));
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private NodeConfig nodeConfig(String server, Path directory) {
        return OptionErrors.explain(
                spec,
                () -> nodeOptions.toConfig(
                        List.of(server), directory.resolve("node"), Optional.of(LOOPBACK), joinToken(directory)));
    }

    /** Returns the address of the server for this process: one on loopback if it listens on all addresses. */
    private static String reachable(RunningServer server) {
        return server.address().getAddress().isAnyLocalAddress()
                ? LOOPBACK + ":" + server.address().getPort()
                : HostPort.format(server.address());
    }

    /** Returns the file with the server's own join token; empty if the server asks for none. */
    private static Optional<Path> joinToken(Path directory) {
        return Optional.of(directory.resolve("server").resolve(TokenFiles.JOIN)).filter(Files::exists);
    }

    private void removeTemporary(Path directory) {
        if (dataDir.isEmpty()) {
            TemporaryDirectory.remove(directory);
        }
    }

    private static Path createTemporary() {
        try {
            return TemporaryDirectory.create();
        } catch (IOException e) {
            throw new CommandFailedException(
                    "can't make a temporary directory: %s; say --data-dir DIR".formatted(e.getMessage()), e);
        }
    }
}
