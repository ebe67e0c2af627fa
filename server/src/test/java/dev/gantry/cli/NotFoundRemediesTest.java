package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.cluster.UnknownObjectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NotFoundRemediesTest {

    @ParameterizedTest
    @ValueSource(strings = {"job", "node", "allocation", "deployment", "evaluation", "policy", "token"})
    void a_message_about_an_unknown_object_names_a_command_that_exists(String kind) {
        String message = new UnknownObjectException(kind, "x").getMessage();

        assertThat(message)
                .startsWith("No %s \"x\": 'gantry ".formatted(kind))
                .contains("lists the " + kind.replaceAll("y$", "ie") + "s");
        assertThat(exitCodeOfHelp(message)).isZero();
    }

    @Test
    void a_message_about_an_unknown_version_names_the_history_of_the_job() {
        String message = UnknownObjectException.version(7, "web").getMessage();

        assertThat(message)
                .isEqualTo("No version 7 of job \"web\": 'gantry job history web' lists those that are kept");
        assertThat(exitCodeOfHelp(message)).isZero();
    }

    private static int exitCodeOfHelp(String message) {
        String command =
                message.substring(message.indexOf("'gantry ") + "'gantry ".length(), message.lastIndexOf('\''));
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.add("--help");
        return CliRun.of(Map.of(), "", words.toArray(String[]::new)).exitCode();
    }
}
