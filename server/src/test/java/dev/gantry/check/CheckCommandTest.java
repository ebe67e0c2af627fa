package dev.gantry.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class CheckCommandTest {

    @ParameterizedTest
    @CsvSource({
        "--servers=0, --servers must be 1 or more",
        "--servers=2, --servers 2 needs --db",
        "--db-restart=true, --db-restart needs --db",
        "--faults=transfer, --faults transfer needs --servers 2 or more",
        "--faults=mid-commit, --faults mid-commit needs --db with one host in it",
        "--faults=flood, there is no fault \"flood\""
    })
    void options_that_do_not_go_together_are_refused_with_what_is_missing(String option, String message) {
        StringWriter errors = new StringWriter();
        CommandLine command = new CommandLine(new CheckCommand(() -> {}, new SplittableRandom(1)))
                .setErr(new PrintWriter(errors, true));

        assertThat(command.execute(option)).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(errors.toString()).contains(message);
    }
}
