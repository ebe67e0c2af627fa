package dev.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests who can enter the directory of the database. */
@Timeout(60)
class DataDirectoryTest {

    @TempDir
    Path dir;

    @ParameterizedTest
    @CsvSource({"rwxr-xr-x, rwxr-x---", "rwxrwxrwx, rwxrwx---", "rwx------, rwx------"})
    void a_directory_that_somebody_else_has_made_is_closed_to_other_users(String before, String after)
            throws IOException {
        Path made = Files.createDirectory(dir.resolve("server"));
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(before));

        Store.open(made, false).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo(after);
    }
}
