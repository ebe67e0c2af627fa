package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.files.DurableFile;
import dev.gantry.v1.BootstrapAclResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry acl bootstrap}: makes a management token for a user of the server's data directory. */
@Command(
        name = "bootstrap",
        description = {
            "Makes a management token, without another one: for when nobody has one any more.",
            "",
            "Proves to the server that you can write into its data directory; so run it on the server's machine, as the"
                    + " server's user or as root.",
            ""
        })
final class AclBootstrapCommand extends ClientCommand {

    private static final int PROOF_BYTES = 32;

    @Mixin
    private JsonOption json;

    @Option(
            names = "--data-dir",
            required = true,
            paramLabel = "DIR",
            description = "The data directory of the server.")
    private Path dataDir;

    AclBootstrapCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        Path directory = dataDir.resolve("server");
        if (!Files.isDirectory(directory)) {
            throw new CommandFailedException(
                    "%s is no data directory of a server: it has no directory server".formatted(dataDir));
        }
        byte[] bits = new byte[PROOF_BYTES];
        new SecureRandom().nextBytes(bits);
        String proof = HexFormat.of().formatHex(bits);
        Path file = directory.resolve("bootstrap");
        try {
            write(file, proof);
            try {
                print(client.acl().bootstrap(proof), directory);
            } finally {
                // The server has deleted the file of a right proof.
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new CommandFailedException(
                    "can't write %s: %s. Run it as the server's user or as root".formatted(file, e), e);
        }
        return GantryCli.DONE;
    }

    private void print(BootstrapAclResponse made, Path directory) {
        json.print(
                context(),
                made,
                () -> List.of("Made management token %s; its secret is in %s"
                        .formatted(made.getToken().getAccessorId(), directory.resolve("management.token"))));
    }

    /** Writes a file that only the owner of the directory can read and write. */
    private static void write(Path file, String proof) throws IOException {
        Files.deleteIfExists(file);
        DurableFile.create(file, (proof + "\n").getBytes(StandardCharsets.US_ASCII), DurableFile.OWNER_ONLY);
        giveToOwnerOfDirectory(file);
    }

    /**
     * Never follows a link: the owner of the directory could replace the file with one, and root would give away what the
     * link names.
     */
    static void giveToOwnerOfDirectory(Path file) throws IOException {
        var owner = Files.getOwner(file.getParent());
        if (!owner.equals(Files.getOwner(file, LinkOption.NOFOLLOW_LINKS))) {
            Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setOwner(owner);
        }
    }
}
