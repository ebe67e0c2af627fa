package dev.gantry.app;

import dev.gantry.cli.CommandFailedException;
import dev.gantry.snapshot.SnapshotException;
import dev.gantry.store.PostgresAddress;
import dev.gantry.store.SnapshotRestore;
import dev.gantry.store.SnapshotRestore.Restored;
import dev.gantry.store.StoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gantry operator snapshot restore}: makes a server's database from a snapshot. */
@Command(
        name = "restore",
        description = {
            "Makes the database of a data directory from a snapshot file, or with --db one in PostgreSQL. There must be none yet,"
                    + " and no server may run in the directory.",
            "",
            "Nodes may run what was placed after the snapshot. So the database counts as another cluster's: each node keeps its"
                    + " tasks and refuses the server until 'gantry node rejoin NODE', which stops what the server does not know.",
            ""
        })
final class SnapshotRestoreCommand implements Runnable {

    @Spec
    @SuppressWarnings("unused")
    private CommandSpec spec;

    @Option(
            names = "--data-dir",
            required = true,
            paramLabel = "DIR",
            description = "The data directory of the server to be. It is made if it is missing.")
    private Path dataDir;

    @Option(
            names = "--keep-cluster-id",
            description =
                    "Lets nodes accept the database at once. Only for a snapshot after which nothing was written: one saved"
                            + " while no job could be submitted and no task changed.")
    private boolean keepsClusterId;

    @Mixin
    private final DatabaseServerOptions database = new DatabaseServerOptions();

    @Parameters(paramLabel = "FILE", description = "The snapshot file.")
    private Path file;

    @Override
    public void run() {
        ProgramLog.start();
        PrintWriter out = spec.commandLine().getOut();
        Restored restored = restore(OptionErrors.explain(spec, () -> database.toPostgres(System.getenv())));
        out.printf(
                "Restored cluster %s at index %d into %s.%n",
                restored.summary().getHeader().getClusterId(),
                restored.summary().getHeader().getIndex(),
                dataDir);
        if (!keepsClusterId) {
            out.printf(
                    "It is cluster %s now: each node refuses its server until gantry node rejoin NODE.%n",
                    restored.clusterId());
        }
        if (restored.summary().getTablesList().stream()
                .anyMatch(table -> table.getName().equals("variable") && table.getRows() > 0)) {
            out.println("It has variables: the server needs the keyring that encrypted them (--keyring-file).");
        }
    }

    private Restored restore(Optional<PostgresAddress> postgres) {
        try {
            return SnapshotRestore.run(file, ServerConfig.storeDir(dataDir), postgres, keepsClusterId);
        } catch (SnapshotException e) {
            throw new CommandFailedException("%s %s. Nothing was restored".formatted(file, e.getMessage()), e);
        } catch (StoreException e) {
            throw new CommandFailedException(e.getMessage(), e);
        } catch (IOException e) {
            throw new CommandFailedException("can't restore %s into %s: %s".formatted(file, dataDir, e), e);
        }
    }
}
