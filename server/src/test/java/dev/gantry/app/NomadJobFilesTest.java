package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gantry.api.JobValidator;
import dev.gantry.cluster.job.Cron;
import dev.gantry.driver.rkt.RktConfigCheck;
import dev.gantry.jobfile.JobFiles;
import dev.gantry.v1.Job;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Reads and validates job files that use every block of Nomad 0.8.7's documentation. The first line of each says
 * whether it is accepted, or why it is refused.
 */
class NomadJobFilesTest {

    private static final Path FILES = Path.of("src/test/resources/dev/gantry/app/nomad");
    private static final String ACCEPTED = "# accepted";
    private static final String REFUSED = "# refused: ";

    @ParameterizedTest
    @MethodSource("files")
    void a_job_file_of_nomad_is_accepted_or_refused_for_a_stated_reason(String text) {
        String expected = text.lines().findFirst().orElse("");

        if (expected.startsWith(REFUSED)) {
            assertThat(faults(text)).contains(expected.substring(REFUSED.length()));
        } else {
            assertThat(expected).isEqualTo(ACCEPTED);
            assertThat(faults(text)).isEmpty();
        }
    }

    static List<Named<String>> files() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files.sorted().map(NomadJobFilesTest::file).toList();
        }
    }

    private static Named<String> file(Path path) {
        try {
            return Named.of(path.getFileName().toString(), Files.readString(path));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String faults(String text) {
        Job.Builder job = Job.newBuilder();
        Throwable unreadable = catchThrowable(() -> job.mergeFrom(
                JobFiles.read("job.hcl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))));
        if (unreadable != null) {
            return unreadable.getMessage();
        }
        return new JobValidator(List.of(new RktConfigCheck()), Cron::fault)
                .check(job.build()).stream()
                        .map(fault -> fault.getField() + ": " + fault.getDescription())
                        .collect(Collectors.joining("\n"));
    }
}
