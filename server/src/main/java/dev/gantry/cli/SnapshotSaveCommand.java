package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.files.DurableFile;
import dev.gantry.v1.SnapshotSummary;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code gantry operator snapshot save}: saves a snapshot of the server's database. */
@Command(
        name = "save",
        description = {
            "Saves a snapshot of the server's database at one index, while the server goes on, and verifies it. Needs a"
                    + " management token.",
            "",
            "Only your user can read the file. It has all jobs with the secrets in them, but not the keys of variables: keep a"
                    + " copy of the server's keyring too.",
            ""
        })
final class SnapshotSaveCommand extends ClientCommand {

    @Parameters(paramLabel = "FILE", description = "The file. One that is there is replaced once the new one is whole.")
    private Path file;

    @Mixin
    private JsonOption json;

    SnapshotSaveCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        // A link stays, and its target is replaced.
        Path target = Files.exists(file) ? target() : file.toAbsolutePath();
        SnapshotSummary summary;
        try {
            // A file of its own: another command may save to the same place.
            Path part = Files.createTempFile(target.getParent(), ".snapshot-", ".part");
            try {
                write(client, part);
                summary = SnapshotView.verify(part);
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                DurableFile.sync(target.getParent());
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new CommandFailedException("can't write %s: %s".formatted(file, e), e);
        }
        json.print(context(), summary, () -> SnapshotView.lines(summary, file));
        return GantryCli.DONE;
    }

    private Path target() {
        if (!Files.isRegularFile(file)) {
            throw new CommandFailedException("%s is no regular file: choose another name".formatted(file));
        }
        try {
            return file.toRealPath();
        } catch (IOException e) {
            throw new CommandFailedException("can't write %s: %s".formatted(file, e), e);
        }
    }

    private static void write(GantryClient client, Path part) throws IOException {
        // Only its owner can read a temporary file.
        try (InputStream bytes = client.snapshot();
                FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE);
                OutputStream out = Channels.newOutputStream(channel)) {
            bytes.transferTo(out);
            channel.force(true);
        }
    }
}
