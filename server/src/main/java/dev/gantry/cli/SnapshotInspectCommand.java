package dev.gantry.cli;

import dev.gantry.v1.SnapshotSummary;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry operator snapshot inspect}: verifies a snapshot file. */
@Command(
        name = "inspect",
        description =
                "Reads a snapshot file to its end, verifies its checksum, and shows what it has. Calls no server.")
final class SnapshotInspectCommand implements Callable<Integer> {

    private final CliContext context;

    @Parameters(paramLabel = "FILE", description = "The snapshot file.")
    private Path file;

    @Mixin
    private JsonOption json;

    SnapshotInspectCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        SnapshotSummary summary = SnapshotView.verify(file);
        json.print(context, summary, () -> SnapshotView.lines(summary, file));
        return GantryCli.DONE;
    }
}
