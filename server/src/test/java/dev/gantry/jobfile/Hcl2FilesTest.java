package dev.gantry.jobfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.JsonFormat;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclParser;
import dev.gantry.jobfile.hcl2.Dialect;
import dev.gantry.jobfile.hcl2.Hcl2File;
import dev.gantry.jobfile.hcl2.Inputs;
import dev.gantry.jobfile.hcl2.Surroundings;
import dev.gantry.model.JobDefaults;
import dev.gantry.v1.Job;
import dev.gantry.v1.Port;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.Service;
import dev.gantry.v1.TaskGroup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests job files as Nomad 1.x has them, and that files in HCL 1 keep their meaning. */
class Hcl2FilesTest {

    private static final Path FILES = Path.of("src/test/resources/dev/gantry/jobfile/hcl2");

    private static final Inputs INPUTS = Inputs.NONE
            .withEnvironment("region", "eu", "of GANTRY_VAR_region", written -> written)
            .withEnvironment("limits", "{ cpu = 250, memory = 64 }", "of GANTRY_VAR_limits", written -> written)
            .withEnvironment("debug", "true", "of GANTRY_VAR_debug", written -> written);

    @TempDir
    Path dir;

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files.filter(file -> file.toString().endsWith(".hcl"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void a_file_says_the_job_beside_it(Path file) throws IOException {
        Job.Builder expected = Job.newBuilder();
        Path json = file.resolveSibling(file.getFileName().toString().replace(".hcl", ".json"));
        JsonFormat.parser().merge(Files.readString(json), expected);

        assertThat(JobFiles.open(file, INPUTS).job()).isEqualTo(expected.build());
    }

    static Stream<Path> filesInHcl1() throws IOException {
        try (Stream<Path> docs = Files.list(Path.of("../docs/examples"))) {
            return docs.filter(file -> file.toString().endsWith(".hcl")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("filesInHcl1")
    void a_file_in_hcl_1_keeps_its_meaning_and_has_the_same_in_hcl_2(Path file) throws IOException {
        String text = Files.readString(file);

        assertThat(Dialect.isHcl2(HclParser.parse(text))).isFalse();
        Job job = HclJob.read(HclParser.parse(text), new Faults());
        assertThat(JobFiles.read(file)).isEqualTo(job);
        Faults faults = new Faults();
        assertThat(HclJob.read(Hcl2File.read(text, Inputs.NONE, Surroundings.withoutFiles(), false, faults), faults))
                .isEqualTo(job);
        assertThat(faults.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "job \"j\" { meta { a = 0644 } }",
                "job \"j\" { meta { a = \"${HOME:-/root}\" b = \"$${x} %{http_code} \\x41\" } }",
                "job \"j\" { meta { a = \"${attr.kernel.name}\" b = \"${var.image}\" } }",
                "job \"j\" { meta { \"a.b\" = \"${f(\\\"x\\\")}\" } }",
                "job \"j\" {\n  meta {\n    a = <<-END\n        two\n      END\n  }\n}"
            })
    void what_hcl_1_can_read_is_read_as_hcl_1(String text) {
        assertThat(read(text)).isEqualTo(HclJob.read(HclParser.parse(text), new Faults()));
    }

    @Test
    void what_only_hcl_2_has_makes_a_file_hcl_2() {
        assertThat(read("locals { a = \"x\" }\njob \"j\" { meta { a = \"${local.a}\" } }")
                        .getMetaMap())
                .containsEntry("a", "x");
        assertThat(read("job \"j\" { meta { a = \"${upper(\"x\")}\" } }").getMetaMap())
                .containsEntry("a", "X");
        assertThat(read("job \"j\" { meta { a = \"%{ if true }x%{ endif }\" } }")
                        .getMetaMap())
                .containsEntry("a", "x");
        assertThat(read("job \"j\" { meta { a = 1 + 1 } }").getMetaMap()).containsEntry("a", "2");
        assertThat(read("job \"j\" { dynamic \"meta\" { for_each = [\"x\"] content { a = \"${meta.value}\" } } }")
                        .getMetaMap())
                .containsEntry("a", "x");
    }

    @Test
    void all_faults_of_a_file_are_named_with_their_lines() throws IOException {
        Path file = Files.writeString(dir.resolve("j.hcl"), """
                variable "n" { type = number }
                job "j" {
                  prority = 3
                  count = 1
                  group "g" {
                    count = var.m
                    restart { mode = "never" }
                    network { port "x" { static = 0 } }
                \ttask "t" {
                \t\tdriver = 'rkt'
                      env { A = upper(1 }
                      meta = "x"
                    }
                  }
                }
                """);

        assertThatThrownBy(() -> JobFiles.open(file, Inputs.NONE.with("n", "x", "of --var n"))
                        .job())
                .isInstanceOfSatisfying(JobFileException.class, failure -> {
                    assertThat(failure.reports().stream()
                                    .map(report ->
                                            report.substring(file.toString().length() + 1))
                                    .collect(Collectors.joining("\n")))
                            .isEqualTo("""
                1:10: the value of n, of --var n, must be a number, not "x": write it as in 3
                    variable "n" { type = number }
                             ^
                3:3: unknown key "prority" in a job block: did you mean "priority"?
                      prority = 3
                      ^
                4:3: unknown key "count" in a job block: it belongs in a group block
                      count = 1
                      ^
                6:17: there is no variable "m" in this file: did you mean "n"?
                        count = var.m
                                    ^
                7:22: mode must be "delay" or "fail", not "never"
                        restart { mode = "never" }
                                         ^
                8:35: static must be a whole number from 1 to 65535, not 0
                        network { port "x" { static = 0 } }
                                                      ^
                10:12: HCL quotes text with ", not '
                    \t\tdriver = 'rkt'
                    \t\t         ^
                11:25: expected , or ) in the arguments of a function, found }
                          env { A = upper(1 }
                                            ^
                12:14: meta must be a block, { … }, not "x"
                          meta = "x"
                                 ^""");
                    assertThat(failure.getMessage().lines()).hasSize(9);
                });
    }

    @Test
    void a_damaged_file_in_hcl_1_has_no_faults_of_hcl_2() {
        assertThatThrownBy(() -> read("job \"j\" {\n  meta { a = \"${HOME:-/root}\" }\n  group = = 1\n}"))
                .hasMessage("j.hcl:3:11: expected a value, found =");
    }

    @Test
    void a_value_for_a_variable_of_a_file_in_hcl_1_or_json_is_refused() {
        Inputs inputs = Inputs.NONE.with("x", "1", "of --var x");

        for (String file : List.of("job \"j\" {}", "{\"id\": \"j\"}")) {
            assertThatThrownBy(() -> read(file, inputs))
                    .hasMessage("j.hcl:1:1: there is no variable \"x\" in this file for the value of --var x:"
                            + " it has no variables");
        }
    }

    @Test
    void the_ports_and_services_of_a_group_become_those_of_the_task_that_uses_them() {
        TaskGroup group = read("""
                job "j" {
                  group "g" {
                    network {
                      mbits = 7
                      port "web" { to = 80 }
                      port "own" { static = 9000 }
                      port "env" { to = -1 }
                    }
                    service { port = "web" name = "w" }
                    service { port = "own" task = "b" }
                    task "a" {
                      driver = "rkt"
                      config { image = "i" port_map { web = "http" } }
                    }
                    task "b" {
                      driver = "rkt"
                      config { image = "i" }
                      env { E = "${NOMAD_ADDR_env}" }
                    }
                  }
                }
                """).getTaskGroups(0);

        assertThat(group.getTasks(0).getResources().getPortsList())
                .containsExactly(Port.newBuilder().setLabel("web").build());
        assertThat(group.getTasks(0).getResources().getMbits()).isEqualTo(7);
        assertThat(group.getTasks(0)
                        .getConfig()
                        .getFieldsOrThrow("port_map")
                        .getStructValue()
                        .getFieldsMap())
                .hasSize(1)
                .hasEntrySatisfying(
                        "web", name -> assertThat(name.getStringValue()).isEqualTo("http"));
        assertThat(group.getTasks(0).getServicesList())
                .containsExactly(
                        Service.newBuilder().setName("w").setPort("web").build());
        assertThat(group.getTasks(1).getResources().getPortsList())
                .containsExactly(
                        Port.newBuilder().setLabel("own").setStaticPort(9000).build(),
                        Port.newBuilder().setLabel("env").build());
        assertThat(group.getTasks(1).getServicesList())
                .containsExactly(Service.newBuilder().setPort("own").build());
    }

    @Test
    @Timeout(60)
    void a_hundred_thousand_groups_are_read_in_time() throws IOException {
        Path file = dir.resolve("many.hcl");
        Files.writeString(file, """
                job "many" {
                  dynamic "group" {
                    for_each = range(0, 100000)
                    labels   = ["g${group.value}"]
                    content {
                      count = 1
                    }
                  }
                }
                """);

        assertThat(JobFiles.read(file).getTaskGroupsCount()).isEqualTo(100_000);
    }

    @Test
    void a_task_overrides_the_restarts_of_its_group_key_by_key() {
        Job job = read("""
                job "j" {
                  group "g" {
                    restart { attempts = 5 interval = "1h" mode = "delay" }
                    task "a" { restart { attempts = 0 delay = "500ms" } }
                    task "b" {}
                  }
                }
                """);

        TaskGroup group = JobDefaults.apply(job).getTaskGroups(0);

        assertThat(job.getTaskGroups(0).getTasks(0).getRestart())
                .isEqualTo(RestartPolicy.newBuilder()
                        .setAttempts(0)
                        .setDelay(Durations.fromMillis(500))
                        .build());
        assertThat(group.getTasks(0).getRestart())
                .isEqualTo(group.getRestart().toBuilder()
                        .setAttempts(0)
                        .setDelay(Durations.fromMillis(500))
                        .build());
        assertThat(group.getRestart().getMode()).isEqualTo(RestartMode.RESTART_MODE_DELAY);
        assertThat(group.getTasks(1).hasRestart()).isFalse();
    }

    @Test
    void a_port_or_service_of_a_group_that_has_no_task_of_its_own_is_refused() {
        assertThatThrownBy(() -> read("""
                job "j" {
                  group "g" {
                    network {
                      port "any" {}
                      port "two" {}
                    }
                    service { port = "none" }
                    service { task = "c" }
                    task "a" { config { port_map { two = "x" } } }
                    task "b" { env { P = "${NOMAD_PORT_two}" } }
                  }
                  network {}
                }
                """)).hasMessage("""
                j.hcl:4:7: port "any" could be of the tasks a, b, and Gantry gives a port to one: move it to the network of a task's resources
                j.hcl:5:7: task "b" uses port "two", which is task "a"'s: write NOMAD_PORT_a_two there
                j.hcl:7:5: this service could be of the tasks a, b: name one, task = "…"
                j.hcl:8:5: there is no task "c" in this group
                j.hcl:12:3: unknown key "network" in a job block: it belongs in a group or resources block (a group since Nomad 0.12)""");
    }

    private static Job read(String text) {
        return read(text, Inputs.NONE);
    }

    private static Job read(String text, Inputs inputs) {
        return JobFiles.open("j.hcl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), inputs)
                .job();
    }
}
