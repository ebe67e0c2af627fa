package dev.gantry.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchCommandTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "all",
                "start",
                "placements",
                "submissions --security=tokens",
                "restart",
                "what-if",
                "idle",
                "sessions --security=tls",
                "security",
                "latency --image any"
            })
    void a_measurement_starts_the_log_before_anything_else(String line) {
        IllegalStateException end = new IllegalStateException("the log was started");
        AtomicReference<Exception> seen = new AtomicReference<>();
        CommandLine command = new CommandLine(new BenchCommand(() -> {
            throw end;
        }));
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setExecutionExceptionHandler((failure, failed, parsed) -> {
            seen.set(failure);
            return 1;
        });

        command.execute(line.split(" "));

        assertThat(seen).hasValue(end);
    }
}
