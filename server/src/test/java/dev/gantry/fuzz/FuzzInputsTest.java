package dev.gantry.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the targets of this module with the inputs that the fuzzer begins with, without the fuzzer. */
@Timeout(60)
class FuzzInputsTest {

    @TempDir
    static Path seeds;

    static List<Arguments> inputs() throws IOException {
        List<Arguments> inputs = new ArrayList<>();
        for (FuzzTarget target : FuzzTarget.ALL) {
            if (target.module().equals("server")) {
                Path written = Files.createDirectories(seeds.resolve(target.name()));
                target.writeSeeds(written);
                Stream.concat(list(written).stream(), list(target.keptInputs()).stream())
                        .forEach(input -> inputs.add(
                                Arguments.of(target, input.getFileName().toString(), input)));
            }
        }
        return inputs;
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("inputs")
    void no_known_input_makes_its_target_fail(FuzzTarget target, String name, Path input) throws Throwable {
        new LimitedTarget(target.className()).run(Files.readAllBytes(input));
    }

    @Test
    void each_target_has_kept_inputs_and_no_other_inputs_are_kept() throws IOException {
        for (String module : List.of("server", "rkt")) {
            assertThat(list(Path.of("..", module, "src/test/fuzz")))
                    .containsExactlyInAnyOrderElementsOf(FuzzTarget.ALL.stream()
                            .filter(target -> target.module().equals(module))
                            .map(FuzzTarget::keptInputs)
                            .toList())
                    .allSatisfy(dir -> assertThat(list(dir)).isNotEmpty());
        }
    }

    private static List<Path> list(Path dir) throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.sorted().toList();
        }
    }
}
