package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.GetAllocationResponse;
import dev.gantry.v1.GetStatusResponse;
import dev.gantry.v1.ListAllocationsResponse;
import dev.gantry.v1.SignalAllocationRequest;
import dev.gantry.v1.SignalAllocationResponse;
import dev.gantry.v1.StopAllocationResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Command lines as Nomad's operators write them. */
class NomadHabitsTest {

    private static final CommandTree COMMANDS =
            new GantryCli(CliContext.system(), List::of, List.of(), CliRun.NO_SNAPSHOTS).commands();

    @AutoClose
    private final ScriptedCluster cluster = new ScriptedCluster();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "job stop -purge web                           | job stop --purge web",
                "job stop -detach=true -purge=false web        | job stop --detach web",
                "job stop -y -no-color -verbose web            | job stop web",
                "job stop --yes -region global web             | job stop web",
                "job stop -namespace=default -region=global w  | job stop w",
                "job run -hcl1 -hcl2-strict web.hcl            | job run web.hcl",
                "job plan -diff web.hcl                        | job plan web.hcl",
                "alloc stop -detach 5e0b                       | alloc stop 5e0b",
                "deployment promote -detach 7d1f               | deployment promote 7d1f",
                "job dispatch -detach -meta a=-purge sum       | job dispatch --meta a=-purge sum",
                "job dispatch -meta -purge=1 sum               | job dispatch --meta -purge=1 sum",
                "job status -ca-cert ca.pem web                | job status --ca-file=ca.pem web",
                "tls cert create -cli -ca a.pem                | tls cert create --client --ca-cert=a.pem",
                "alloc logs -tail 5e0b nginx                   | alloc logs --tail=10 5e0b nginx",
                "alloc logs -tail -n 20 5e0b                   | alloc logs --tail=10 -n 20 5e0b",
                "alloc logs --tail 20 5e0b                     | alloc logs --tail=20 5e0b",
                "alloc logs --tail=20 5e0b                     | alloc logs --tail=20 5e0b",
                "alloc logs 12345678 -tail                     | alloc logs 12345678 --tail=10",
                "alloc logs -tail 12345678                     | alloc logs --tail=10 12345678",
                "alloc fs -H -job web                          | alloc fs --job web",
                "--json alloc status                           | alloc status --json",
                "--json --address h:1 alloc status             | --address h:1 alloc status --json",
                "job --json --address h:1 status web           | job status --json --address h:1 web",
                "-verbose --job web alloc status               | alloc status --verbose --job web",
                "job stop -- -purge                            | job stop -- -purge",
                "job stop -nope web                            | job stop -nope web",
                "-nope job stop web                            | job stop -nope web"
            })
    void a_command_line_is_read_as_one_of_gantry(String given, String read) {
        assertThat(String.join(" ", Arguments.of(COMMANDS.all(), given.strip().split(" "))))
                .isEqualTo(read);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "job run -region eu web.hcl            | Unknown option: '-region'. Gantry has no regions",
                "job status -namespace=prod            | Unknown option: '-namespace'. Gantry has no namespaces",
                "job status -token s3cret              | set GANTRY_TOKEN, or name its file with --token-file FILE",
                "job run -hcl2-strict=false web.hcl    | leave it out",
                "job run -preserve-counts web.hcl      | make the count a variable",
                "job restart -on-error ask web         | as with fail",
                "job status -evals web                 | gantry eval status JOB",
                "job plan -diff=false web.hcl          | A plan always shows what changes",
                "job history -p web                    | gantry job inspect --version N JOB",
                "node drain -enable -m reboot n1       | Gantry keeps no notes of drains",
                "deployment list -filter x             | --json",
                "job run -tls-skip-verify web.hcl      | --ca-file FILE names its CA"
            })
    void an_option_that_can_not_be_had_is_refused_with_what_to_do_instead(String given, String remedy) {
        CliRun run = CliRun.of(cluster, given.strip().split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(remedy).doesNotContain("s3cret");
        assertThat(cluster.requests()).isEmpty();
    }

    @Test
    void each_option_of_nomad_is_of_a_command_of_gantry_that_lacks_it() {
        CommandLine all = COMMANDS.all();
        for (String option : NomadOptions.all()) {
            List<String> words = new ArrayList<>(Arrays.asList(option.split(" ")));
            String name = words.remove(words.size() - 1);
            CommandLine command = all;
            for (String word : words) {
                command = command.getSubcommands().get(word);
                assertThat(command).as(option).isNotNull();
            }
            assertThat(command.getCommandSpec().findOption(name)).as(option).isNull();
            assertThat(words.isEmpty() ? null : command.getCommandSpec().findOption("-" + name))
                    .as(option)
                    .isNull();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run web.hcl               | There is no command \"run\". In place of Nomad's: gantry job run FILE",
                "stop -purge web           | There is no command \"stop\". In place of Nomad's: gantry job stop JOB",
                "node-drain -enable n1     | gantry node drain --enable|--disable NODE",
                "agent -dev                | 'gantry dev'",
                "job allocs web            | There is no command \"job allocs\". In place of Nomad's: gantry alloc status --job JOB",
                "operator raft list-peers  | There is no command \"operator raft\": servers that are started with the same --db",
                "status web                | There is no command \"status web\". In place of Nomad's: gantry job status",
                "acl policy info ops       | gantry acl policy read NAME",
                "help node-drain           | gantry node drain --enable|--disable NODE",
                "-address h:1 run web.hcl  | gantry job run FILE"
            })
    void a_command_of_nomad_names_the_one_of_gantry(String given, String remedy) {
        CliRun run = CliRun.of(cluster, given.strip().split(" "));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: There is no command \"").contains(remedy);
    }

    @Test
    void each_command_that_stands_in_for_one_of_nomad_exists_and_the_latter_does_not() {
        CommandLine all = COMMANDS.all();
        NomadCommands.all().forEach((nomad, answer) -> {
            assertThat(find(all, nomad)).as(nomad).isEqualTo(nomad.equals("status"));
            if (answer.startsWith("gantry ")) {
                String command = answer.substring("gantry ".length()).replaceAll(" (\\[|-|[A-Z]).*", "");
                assertThat(find(all, command)).as(answer).isTrue();
            }
        });
    }

    private static boolean find(CommandLine all, String words) {
        CommandLine command = all;
        for (String word : words.split(" ", -1)) {
            command = command.getSubcommands().get(word);
            if (command == null) {
                return false;
            }
        }
        return true;
    }

    @Test
    void the_page_lists_each_command_of_nomad_that_gantry_has_under_another_name_or_not_at_all() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("../docs/cli.md"));
        int begin = rows.indexOf("| Nomad | Gantry |") + 2;

        assertThat(rows.subList(begin, rows.size()).stream().takeWhile(row -> row.startsWith("|")))
                .containsExactlyElementsOf(NomadCommands.all().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> "| `%s` | %s |".formatted(entry.getKey(), written(entry.getValue())))
                        .toList());
    }

    private static String written(String answer) {
        String cell = answer.replace("|", "\\|");
        return answer.startsWith("gantry ") ? "`" + cell + "`" : cell.replaceAll("'([a-z-]+ ?[^']*)'", "`$1`");
    }

    @Test
    void a_task_may_be_named_by_an_option() {
        cluster.answers("SignalAllocation", SignalAllocationResponse.getDefaultInstance());

        assertThat(CliRun.of(cluster, "alloc", "signal", "-s", "SIGHUP", "-task", "nginx", "5e0b")
                        .exitCode())
                .isZero();
        assertThat(((SignalAllocationRequest) cluster.requests().get(0)).getTask())
                .isEqualTo("nginx");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"alloc status", "--json alloc status", "-json alloc status -no-color", "alloc --json status"})
    void options_stand_anywhere(String given) {
        cluster.answers("ListAllocations", ListAllocationsResponse.getDefaultInstance());

        assertThat(CliRun.of(cluster, given.split(" ")).exitCode()).isZero();
    }

    @Test
    void ids_are_whole_with_verbose_and_pages_end_after_the_first_section_with_short() {
        Allocation allocation = Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING);
        cluster.answers(
                "ListAllocations",
                ListAllocationsResponse.newBuilder().addAllocations(allocation).build());
        cluster.answers(
                "GetAllocation",
                GetAllocationResponse.newBuilder().setAllocation(allocation).build());

        assertThat(CliRun.of(cluster, "alloc", "status").out()).doesNotContain(allocation.getId());
        assertThat(CliRun.of(cluster, "alloc", "status", "-verbose").out()).contains(allocation.getId());
        assertThat(CliRun.of(cluster, "alloc", "status", "5e0b").out()).contains("\nPorts\n");
        assertThat(CliRun.of(cluster, "alloc", "status", "-short", "5e0b").out())
                .startsWith("ID ")
                .doesNotContain("Ports");
    }

    @Test
    void what_asks_for_what_gantry_does_anyway_changes_nothing() {
        cluster.answers("StopAllocation", StopAllocationResponse.getDefaultInstance());
        cluster.answers("GetStatus", GetStatusResponse.getDefaultInstance());

        assertThat(CliRun.of(cluster, "alloc", "stop", "-detach", "-verbose", "-no-color", "5e0b"))
                .isEqualTo(CliRun.of(cluster, "alloc", "stop", "5e0b"));
        assertThat(CliRun.of(cluster, "status", "-verbose")).isEqualTo(CliRun.of(cluster, "status"));
    }

    @Test
    void variables_of_nomad_in_the_environment_are_named_where_their_lack_is_the_fault(@TempDir Path dir)
            throws IOException {
        String file = Files.writeString(dir.resolve("web.hcl"), """
                        variable "a" {}
                        variable "b" {}
                        job "web" {
                          meta { x = "${var.a}${var.b}" }
                        }
                        """).toString();
        Map<String, String> nomads = Map.of("NOMAD_VAR_a", "1", "NOMAD_ADDR", "http://h:4646", "NOMAD_TOKEN", "x");

        assertThat(CliRun.of(nomads, "", "job", "convert", file).err())
                .contains("GANTRY_VAR_a or a default; NOMAD_VAR_a is set, but Gantry does not read it\n")
                .contains("GANTRY_VAR_b or a default\n");
        assertThat(CliRun.of(nomads, "", "--address", "127.0.0.1:1", "status").err())
                .endsWith("gantry server --data-dir DIR\n");
        cluster.refuses(
                "GetStatus",
                io.grpc.Status.UNAUTHENTICATED.withDescription("no token").asRuntimeException());
        assertThat(CliRun.of(nomads, "", "--address", cluster.address(), "status")
                        .err())
                .endsWith("NOMAD_TOKEN is set, but Gantry reads GANTRY_TOKEN\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            NOMAD_ADDR=http://h:4646                        | NOMAD_ADDR is set, but Gantry does not read it
            NOMAD_NAMESPACE=team,NOMAD_TOKEN=x              | NOMAD_NAMESPACE and NOMAD_TOKEN are set, but Gantry does not read them
            NOMAD_REGION=eu,NOMAD_ADDR=h,NOMAD_NAMESPACE=a  | NOMAD_ADDR, NOMAD_NAMESPACE and NOMAD_REGION are set, but Gantry does not read them
            NOMAD_REGION=global,NOMAD_NAMESPACE=default     | none
            NOMAD_REGION=eu,GANTRY_REGION=eu                | none
            NOMAD_ADDR=                                     | none
            HOME=/root                                      | none
            """)
    void nomads_variables_are_told_to_have_no_effect(String variables, String hint) {
        Map<String, String> environment = Arrays.stream(variables.split(","))
                .map(variable -> variable.split("=", 2))
                .collect(Collectors.toMap(variable -> variable[0], variable -> variable[1]));

        assertThat(NomadEnvironment.hint(environment))
                .isEqualTo(Optional.ofNullable(hint)
                        .map(text -> "note: " + text + ": this command calls 127.0.0.1:7470 (--address, GANTRY_ADDR)"));
    }

    @Test
    void a_command_that_calls_the_default_address_says_so_where_nomads_variables_name_another() {
        cluster.answers("GetStatus", GetStatusResponse.getDefaultInstance());
        Map<String, String> nomads = Map.of("NOMAD_ADDR", "http://h:4646", "GANTRY_TOKEN", "x");
        Map<String, String> both = Map.of("NOMAD_ADDR", "http://h:4646", "GANTRY_ADDR", cluster.address());

        assertThat(CliRun.of(nomads, "", "status").err()).startsWith("note: NOMAD_ADDR is set");
        assertThat(CliRun.of(nomads, "", "--address", cluster.address(), "status")
                        .err())
                .isEmpty();
        assertThat(CliRun.of(both, "", "status").err()).isEmpty();
    }

    @Test
    void a_template_prints_what_is_asked_of_the_json() {
        cluster.answers(
                "ListAllocations",
                ListAllocationsResponse.newBuilder()
                        .addAllocations(Samples.allocation(ClientStatus.CLIENT_STATUS_RUNNING))
                        .build());

        assertThat(CliRun.of(cluster, "alloc", "status", "-t", "{{range .}}{{.jobId}} {{.index}}{{end}}"))
                .isEqualTo(new CliRun(0, "web 0\n", ""));
        assertThat(CliRun.of(cluster, "alloc", "status", "-t={{len $}}").out()).isEqualTo("1\n");
        CliRun nomads = CliRun.of(cluster, "alloc", "status", "-t", "{{range .}}{{.JobID}}{{end}}");
        assertThat(nomads.exitCode()).isEqualTo(1);
        assertThat(nomads.err()).startsWith("error: -t: line 1, column ").contains("no key \"JobID\"", "--json");
    }

    @Test
    void a_template_that_can_not_be_rendered_is_refused_before_the_server_is_called() {
        for (String wrong : List.of("{{", "{{range .}}", "{{key \"a\"}}", "{{service \"web\"}}")) {
            CliRun run = CliRun.of(cluster, "alloc", "stop", "-t", wrong, "5e0b");

            assertThat(run.exitCode()).as(wrong).isEqualTo(2);
            assertThat(run.err()).as(wrong).contains("the template ");
        }
        assertThat(cluster.requests()).isEmpty();
    }
}
