package dev.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests who can enter the directory of an H2 database. */
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

        Store.open(StoreOptions.embedded(made, false)).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                .isEqualTo(after);
    }

    /** Uses a second process, since H2 shares a database between all that open it in one process. */
    @Test
    void a_second_server_on_the_same_directory_is_refused() throws Exception {
        Store first = Store.open(dir);
        try {
            Process second = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            SecondServer.class.getName(),
                            dir.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(said).contains("is another gantry server using " + dir);
            assertThat(second.waitFor()).isNotZero();
        } finally {
            first.close();
        }
    }

    /** The second process of the test of two servers. */
    static final class SecondServer {

        private SecondServer() {}

        public static void main(String[] args) {
            Store.open(Path.of(args[0])).close();
        }
    }
}
