package dev.gantry.rkt;

import dev.gantry.rkt.appc.ImageManifestFuzz;
import dev.gantry.rkt.cli.FlagsFuzz;
import dev.gantry.rkt.image.ImageFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the targets of this module with the inputs that the fuzzer begins with, without the fuzzer. */
@Timeout(60)
class FuzzInputsTest {

    private static final Path KEPT = Path.of("src/test/fuzz");

    private static final Map<String, Consumer<byte[]>> TARGETS = Map.of(
            "FlagsFuzz", FlagsFuzz::fuzzerTestOneInput,
            "ImageFuzz", ImageFuzz::fuzzerTestOneInput,
            "ImageManifestFuzz", ImageManifestFuzz::fuzzerTestOneInput);

    static List<Path> inputs() throws IOException {
        try (Stream<Path> files = Files.walk(KEPT)) {
            return files.filter(Files::isRegularFile).map(KEPT::relativize).toList();
        }
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void no_known_input_makes_its_target_fail(Path input) throws IOException {
        TARGETS.get(input.getName(0).toString()).accept(Files.readAllBytes(KEPT.resolve(input)));
    }
}
