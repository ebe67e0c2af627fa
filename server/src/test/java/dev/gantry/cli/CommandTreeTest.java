package dev.gantry.cli;

import static dev.gantry.cli.CommandTree.command;
import static dev.gantry.cli.CommandTree.group;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class CommandTreeTest {

    private final List<String> made = new ArrayList<>();
    private final CommandTree tree = command(
            "top",
            make("top"),
            group("job", "Jobs.", command("run", make("run")), command("stop", make("stop"))),
            command("node", make("node"), command("status", make("status"))));

    /** Classes of an older format are in no archive, so that each command would load and verify them anew. */
    @Test
    void the_parser_of_the_command_line_has_classes_of_a_format_that_java_archives() throws IOException {
        try (InputStream stored = CommandLine.class.getResourceAsStream("CommandLine.class");
                DataInputStream format = new DataInputStream(stored)) {
            format.skipNBytes(6);

            assertThat(format.readUnsignedShort()).as("the major version").isGreaterThanOrEqualTo(61);
        }
    }

    @Test
    void only_the_named_command_and_the_commands_above_it_are_made() {
        assertThat(tree.forArguments("job", "run", "stop").getSubcommands()).containsOnlyKeys("job");
        assertThat(made).containsExactly("top", "run");

        made.clear();
        tree.forArguments("node", "status", "--help");
        assertThat(made).containsExactly("top", "node", "status");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "job", "job rum", "node --data-dir x", "--address x job run", "nod"})
    void all_commands_are_made_if_the_arguments_do_not_begin_with_the_path_of_one(String arguments) {
        tree.forArguments(arguments.split(" ", -1));

        assertThat(made).containsExactlyInAnyOrder("top", "run", "stop", "node", "status");
    }

    @Test
    void each_command_that_calls_a_server_prints_json_but_those_that_print_something_of_their_own() {
        CommandLine all = new GantryCli(CliContext.system(), List::of, List.of(), CliRun.NO_SNAPSHOTS)
                .commands()
                .all();

        assertThat(commandsWithoutJson("", all))
                .containsExactlyInAnyOrder(
                        "job init",
                        "job fmt",
                        "job convert",
                        "job inspect",
                        "job restart",
                        "alloc logs",
                        "node rejoin",
                        "tls ca create",
                        "tls cert create",
                        "version",
                        "help");
    }

    private static List<String> commandsWithoutJson(String path, CommandLine command) {
        if (command.getSubcommands().isEmpty()) {
            boolean hasJson = command.getCommandSpec().findOption("--json") != null;
            return hasJson ? List.of() : List.of(path);
        }
        return command.getSubcommands().entrySet().stream()
                .flatMap(below -> commandsWithoutJson((path + " " + below.getKey()).strip(), below.getValue()).stream())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "job run",
                "job plan",
                "job validate",
                "job init",
                "job fmt",
                "job convert",
                "job inspect",
                "job status",
                "job history",
                "job revert",
                "job scale",
                "job eval",
                "job restart",
                "job promote",
                "job dispatch",
                "job periodic force",
                "job stop",
                "deployment list",
                "deployment status",
                "deployment promote",
                "deployment fail",
                "deployment pause",
                "deployment resume",
                "eval status",
                "service list",
                "service info",
                "system gc",
                "alloc status",
                "alloc logs",
                "alloc fs",
                "alloc restart",
                "alloc signal",
                "alloc stop",
                "node status",
                "node drain",
                "node eligibility",
                "node purge",
                "node rejoin",
                "tls ca create",
                "tls cert create",
                "status",
                "version"
            })
    void each_command_has_one_help_however_it_is_asked_for(String path) {
        String[] command = (path + " --help").split(" ");
        String[] help = ("help " + path).split(" ");

        CliRun run = CliRun.of(Map.of(), "", command);

        assertThat(run.out()).startsWith("Usage: gantry " + path);
        assertThat(CliRun.of(Map.of(), "", help)).isEqualTo(run);
    }

    private Supplier<?> make(String name) {
        return () -> {
            made.add(name);
            return new Anything();
        };
    }

    @Command
    private static final class Anything implements Runnable {

        @Override
        public void run() {}
    }
}
