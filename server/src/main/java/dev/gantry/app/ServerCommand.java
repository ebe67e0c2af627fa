package dev.gantry.app;

import dev.gantry.audit.AuditException;
import dev.gantry.cli.CommandFailedException;
import dev.gantry.store.StoreException;
import dev.gantry.tls.TlsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gantry server}. */
@Command(
        name = "server",
        description = {"Runs a server until it gets SIGTERM.", "With a subcommand: shows the servers of a cluster."})
final class ServerCommand implements Runnable {

    @Spec
    @SuppressWarnings("unused")
    private CommandSpec spec;

    /** Not marked as required: the subcommands do not need it. */
    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "The directory of the server's database. It is made if it is missing.")
    private Optional<Path> dataDir = Optional.empty();

    @Mixin
    private final ServerOptions options = new ServerOptions();

    @Override
    public void run() {
        ProgramLog.start();
        ServerConfig config = OptionErrors.explain(spec, () -> options.toConfig(directory()));
        ProcessExit.onErrors();
        Foreground.run(start(config)::close);
    }

    private Path directory() {
        return dataDir.orElseThrow(() -> new IllegalArgumentException("Missing required option: '--data-dir=DIR'"));
    }

    /**
     * Starts a server.
     *
     * @throws CommandFailedException if it can't be started
     */
    static RunningServer start(ServerConfig config) {
        try {
            return config.postgres().isPresent()
                    ? SharedServer.start(
                            config,
                            SystemSources.clocks(),
                            SystemSources.random(),
                            SystemSources.secrets(),
                            ProcessExit::now)
                    : GantryServer.start(
                            config,
                            SystemSources.clocks(),
                            SystemSources.random(),
                            SystemSources.secrets(),
                            ProcessExit::now);
        } catch (IOException e) {
            throw new CommandFailedException(
                    "can't serve at %s: %s; choose another address with --listen"
                            .formatted(HostPort.format(config.listen()), e.getMessage()),
                    e);
        } catch (StoreException | TlsException | AuditException e) {
            throw new CommandFailedException(e.getMessage(), e);
        }
    }
}
