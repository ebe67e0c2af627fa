package dev.gantry.cli;

import dev.gantry.snapshot.SnapshotException;
import dev.gantry.snapshot.SnapshotFile;
import dev.gantry.v1.SnapshotSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Verifies and shows snapshot files. */
final class SnapshotView {

    private SnapshotView() {}

    /**
     * Verifies a file.
     *
     * @throws CommandFailedException if it can't be read, or is no whole snapshot
     */
    static SnapshotSummary verify(Path file) {
        try {
            return SnapshotFile.verify(file);
        } catch (SnapshotException e) {
            throw new CommandFailedException("%s %s".formatted(file, e.getMessage()), e);
        } catch (IOException e) {
            throw new CommandFailedException("can't read %s: %s".formatted(file, e), e);
        }
    }

    static List<String> lines(SnapshotSummary summary, Path file) {
        FieldList fields = new FieldList()
                .add("File", file.toString())
                .add("Size", size(file) + " bytes")
                .add("Cluster", summary.getHeader().getClusterId())
                .add("Index", Long.toString(summary.getHeader().getIndex()))
                .add("Created", TimeFormat.exact(summary.getHeader().getCreateTime()))
                .add("Server version", summary.getHeader().getServerVersion())
                .add("Schema", summary.getHeader().getSchemaVersion());
        summary.getTablesList()
                .forEach(table -> fields.add("Rows of " + table.getName(), Long.toString(table.getRows())));
        return fields.lines();
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new CommandFailedException("can't read %s: %s".formatted(file, e), e);
        }
    }
}
