package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what root gives away when it proves that it can write into the data directory of another user. */
class AclBootstrapCommandTest {

    private static final String UID = "unix:uid";
    private static final int OTHER = 12_345;

    @TempDir
    Path dir;

    @Test
    void the_owner_of_the_data_directory_gets_the_proof_and_nothing_that_it_puts_in_its_place() throws IOException {
        assumeThat(Files.getAttribute(dir, UID))
                .as("only root can give files away")
                .isEqualTo(0);
        Path server = Files.createDirectory(dir.resolve("server"));
        Files.setAttribute(server, UID, OTHER);
        Path secret = Files.createFile(dir.resolve("shadow"));
        Path proof = Files.createFile(server.resolve("proof"));
        Path replaced = Files.createSymbolicLink(server.resolve("bootstrap"), secret);

        AclBootstrapCommand.giveToOwnerOfDirectory(proof);
        AclBootstrapCommand.giveToOwnerOfDirectory(replaced);

        assertThat(Files.getAttribute(proof, UID)).isEqualTo(OTHER);
        assertThat(Files.getAttribute(secret, UID)).isEqualTo(0);
        assertThat(Files.getAttribute(replaced, UID, LinkOption.NOFOLLOW_LINKS)).isEqualTo(OTHER);
    }
}
