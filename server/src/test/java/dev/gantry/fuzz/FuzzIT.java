package dev.gantry.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs targets of the fuzzer, one after the other, each in a process of its own. CONTRIBUTING.md says how to choose the
 * targets and the time, and what to do with what is found.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class FuzzIT {

    private static final List<FuzzTarget> TARGETS =
            FuzzTarget.named(System.getProperty("gantry.fuzz.targets", "CallFuzz"));

    /** How long each target is attacked: all of them share the time. */
    private static final long SECONDS = Math.max(1, Long.getLong("gantry.fuzz.seconds", 10) / TARGETS.size());

    /** After this time an input never ends, even on a busy machine. {@link LimitedTarget} finds those that are slow. */
    private static final int HANGS_SECONDS = 300;

    private static final int START_AND_END_SECONDS = 600;

    @TempDir
    Path corpus;

    /** Takes the temporary files of a target. */
    @TempDir
    Path temporary;

    static List<FuzzTarget> targets() {
        return TARGETS;
    }

    @ParameterizedTest
    @MethodSource("targets")
    void no_input_makes_a_target_fail(FuzzTarget target) throws Exception {
        Path found = Files.createDirectories(Path.of("target/fuzz", target.name()));
        Path output = found.resolve("output");
        target.writeSeeds(corpus);

        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        // To optimize instrumented code takes longer than it saves.
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Dgantry.fuzz.target=" + target.className(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-cp",
                        classPath(target),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + LimitedTarget.class.getName(),
                        "--instrumentation_includes=dev.gantry.**",
                        // Generated code has many branches, and none that is ours.
                        "--instrumentation_excludes=dev.gantry.v1.**",
                        // Jazzer's own checks look for classes that Gantry does not have.
                        "--custom_hook_includes=none.**",
                        "--reproducer_path=" + found,
                        "-artifact_prefix=" + found + "/",
                        "-max_total_time=" + SECONDS,
                        "-timeout=" + HANGS_SECONDS,
                        "-rss_limit_mb=0",
                        "-max_len=65536",
                        "-print_final_stats=1",
                        corpus.toString(),
                        target.keptInputs().toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(SECONDS + START_AND_END_SECONDS, TimeUnit.SECONDS))
                    .as("the fuzzer has ended")
                    .isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }

        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
        assertThat(output).content().contains("Done ");
    }

    private static String classPath(FuzzTarget target) {
        String own = System.getProperty("java.class.path");
        if (target.module().equals("server")) {
            return own;
        }
        Stream<String> ofModule = Stream.of("classes", "test-classes", "lib/*")
                .map(part -> Path.of("..", target.module(), "target", part).toString());
        Stream<String> fuzzer = Arrays.stream(own.split(File.pathSeparator))
                .filter(entry -> entry.endsWith("test-classes")
                        || Path.of(entry).getFileName().toString().startsWith("jazzer"));
        return Stream.concat(ofModule, fuzzer).collect(Collectors.joining(File.pathSeparator));
    }
}
