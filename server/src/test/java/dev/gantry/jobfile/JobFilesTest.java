package dev.gantry.jobfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Port;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JobFilesTest {

    @TempDir
    Path dir;

    @Test
    void a_whole_job_is_read_for_all_it_says() {
        Job job = read("""
                job "web" {
                  name        = "The web"
                  type        = "batch"
                  priority    = 80
                  datacenters = ["dc1", "dc2"]
                  meta { team = "shop" }
                  constraint { distinct_hosts = true }

                  group "front" {
                    count = 0
                    meta { tier = 1 }
                    constraint { attribute = "${node.class}" value = "big" }

                    task "nginx" {
                      driver = "rkt"
                      user   = "www-data"
                      config { image = "nginx" }
                      env { PORT = 8080 "a.b" = "c" }
                      meta { role = "proxy" }
                      constraint { attribute = "${meta.rack}" operator = "is_set" }
                      resources {
                        cpu    = 250
                        memory = 64
                        network {
                          mbits = 5
                          port "http" {}
                          port "admin" { static = 9000 }
                        }
                      }
                      service {
                        name = "front"
                        port = "http"
                        tags = ["a", "b"]
                      }
                      service { port = "admin" }
                    }

                    task "log" {}
                  }
                }
                """);

        Task nginx = Task.newBuilder()
                .setName("nginx")
                .setDriver("rkt")
                .setUser("www-data")
                .setConfig(struct("{\"image\": \"nginx\"}"))
                .putEnv("PORT", "8080")
                .putEnv("a.b", "c")
                .putMeta("role", "proxy")
                .addConstraints(
                        Constraint.newBuilder().setAttribute("${meta.rack}").setOperator("is_set"))
                .setResources(Resources.newBuilder()
                        .setCpu(250)
                        .setMemoryMib(64)
                        .setMbits(5)
                        .addPorts(Port.newBuilder().setLabel("http"))
                        .addPorts(Port.newBuilder().setLabel("admin").setStaticPort(9000)))
                .addServices(Service.newBuilder()
                        .setName("front")
                        .setPort("http")
                        .addTags("a")
                        .addTags("b"))
                .addServices(Service.newBuilder().setPort("admin"))
                .build();
        assertThat(job)
                .isEqualTo(Job.newBuilder()
                        .setId("web")
                        .setName("The web")
                        .setType(JobType.JOB_TYPE_BATCH)
                        .setPriority(80)
                        .addDatacenters("dc1")
                        .addDatacenters("dc2")
                        .putMeta("team", "shop")
                        .addConstraints(Constraint.newBuilder().setOperator("distinct_hosts"))
                        .addTaskGroups(TaskGroup.newBuilder()
                                .setName("front")
                                .setCount(0)
                                .putMeta("tier", "1")
                                .addConstraints(Constraint.newBuilder()
                                        .setAttribute("${node.class}")
                                        .setValue("big"))
                                .addTasks(nginx)
                                .addTasks(Task.newBuilder().setName("log")))
                        .build());
    }

    @Test
    void what_a_file_leaves_out_stays_out() {
        assertThat(read("job \"web\" {}"))
                .isEqualTo(Job.newBuilder().setId("web").build());
    }

    @Test
    void a_task_outside_of_groups_gets_a_group_of_its_name() {
        Job job = read("job \"j\" { group \"g\" {} task \"a\" { driver = \"rkt\" } task \"b\" {} }");

        assertThat(job.getTaskGroupsList()).extracting(TaskGroup::getName).containsExactly("a", "b", "g");
        assertThat(job.getTaskGroups(0).getTasksList())
                .containsExactly(Task.newBuilder().setName("a").setDriver("rkt").build());
        assertThat(job.getTaskGroups(0).hasCount()).isFalse();
    }

    @Test
    void an_id_takes_the_labels_place_and_leaves_it_the_name() {
        Job job = read("job \"label\" { id = \"other\" }");

        assertThat(job.getId()).isEqualTo("other");
        assertThat(job.getName()).isEqualTo("label");
    }

    @Test
    void repeated_blocks_of_free_keys_are_joined() {
        Task task = task("env { A = \"1\" } meta { m = \"x\" } env { B = \"2\" } config { a = 1 } config { b = 2 }");

        assertThat(task.getEnvMap()).containsOnly(entry("A", "1"), entry("B", "2"));
        assertThat(task.getConfig()).isEqualTo(struct("{\"a\": 1, \"b\": 2}"));
    }

    @Test
    void numbers_and_booleans_of_a_task_stay_as_they_are_written() {
        Task task = task("""
                env { VERSION = 1.10 SERIAL = 9007199254740993 DEBUG = true }
                meta { stable = false }
                config { args = [1.10, 9007199254740993, 10, 0.5, -2.50, 1e400, 1e3, 0644, 0x1F, -0, true] }
                """);

        assertThat(task.getEnvMap())
                .containsOnly(entry("VERSION", "1.10"), entry("SERIAL", "9007199254740993"), entry("DEBUG", "true"));
        assertThat(task.getMetaMap()).containsOnly(entry("stable", "false"));
        assertThat(task.getConfig())
                .isEqualTo(struct("{\"args\": [\"1.10\", \"9007199254740993\", 10, 0.5, \"-2.50\", \"1e400\","
                        + " \"1e3\", \"0644\", \"0x1F\", \"-0\", true]}"));
    }

    @Test
    void what_a_driver_is_configured_with_keeps_its_shape() {
        Struct config = task("""
                config {
                  text   = "a"
                  yes    = true
                  whole  = 3
                  part   = -2.5e1
                  hex    = 0x10
                  list   = ["a", 1, false, ["b"], { c = "d" }]
                  empty  = []
                  block { inner { key = "value" } }
                  many { n = 1 }
                  many { n = 2 }
                  many { n = 3 }
                  mount "data" { path = "/data" }
                  script = <<-END
                    echo ${NOMAD_PORT_http}
                      exit
                    END
                }
                """).getConfig();

        assertThat(config).isEqualTo(struct("""
                {
                  "text": "a",
                  "yes": true,
                  "whole": 3,
                  "part": -25,
                  "hex": 16,
                  "list": ["a", 1, false, ["b"], {"c": "d"}],
                  "empty": [],
                  "block": {"inner": {"key": "value"}},
                  "many": [{"n": 1}, {"n": 2}, {"n": 3}],
                  "mount": {"data": {"path": "/data"}},
                  "script": "echo ${NOMAD_PORT_http}\\n  exit\\n"
                }
                """));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            attribute = "${a}" value = "b"                      | ${a}        |                   | b
            attribute = "${a}" operator = "version" value = "1" | ${a}        | version           | 1
            attribute = "${a}" version = ">= 1.2, < 2"          | ${a}        | version           | >= 1.2, < 2
            attribute = "${a}" regexp = "^v\\\\d+$"             | ${a}        | regexp            | ^v\\d+$
            attribute = "${a}" set_contains = "x,y"             | ${a}        | set_contains      | x,y
            attribute = "${a}" set_contains_all = "x,y"         | ${a}        | set_contains_all  | x,y
            attribute = "${a}" set_contains_any = "x,y"         | ${a}        | set_contains_any  | x,y
            attribute = "${a}" semver = ">= 1.2.0-beta"         | ${a}        | semver            | >= 1.2.0-beta
            distinct_hosts = true                               |             | distinct_hosts    |
            distinct_hosts = "true"                             |             | distinct_hosts    |
            operator = "distinct_hosts" value = "false"         |             | distinct_hosts    | false
            distinct_property = "${meta.rack}"                  | ${meta.rack}| distinct_property |
            distinct_property = "${meta.rack}" value = "3"      | ${meta.rack}| distinct_property | 3
            attribute = "${a}" operator = ">" value = 1.10      | ${a}        | >                 | 1.10
            """)
    void constraints_are_read_in_all_of_nomads_spellings(String hcl, String attribute, String operator, String value) {
        Constraint.Builder expected = Constraint.newBuilder();
        if (attribute != null) {
            expected.setAttribute(attribute);
        }
        if (operator != null) {
            expected.setOperator(operator);
        }
        if (value != null) {
            expected.setValue(value);
        }

        assertThat(read("job \"j\" { constraint { " + hcl + " } }").getConstraintsList())
                .containsExactly(expected.build());
    }

    @Test
    void distinct_hosts_switched_off_asks_for_nothing() {
        assertThat(read("job \"j\" { constraint { distinct_hosts = false } }").getConstraintsList())
                .isEmpty();
    }

    @Test
    void a_job_in_json_is_its_message() throws IOException {
        Job job = read("job \"j\" { meta { a = \"ä\" } task \"t\" { driver = \"rkt\" config { l = [1, {}] } } }");

        assertThat(read("\n  " + JsonFormat.printer().print(job))).isEqualTo(job);
    }

    @Test
    void json_may_use_the_fields_names_in_the_proto_and_null_for_nothing() {
        Job job = read(
                "{\"id\": \"j\", \"constraints\": null, \"name\": null, \"task_groups\": [{\"name\": \"g\"}], \"meta\": {\"k\": \"v\"}}");

        assertThat(job)
                .isEqualTo(Job.newBuilder()
                        .setId("j")
                        .addTaskGroups(TaskGroup.newBuilder().setName("g"))
                        .putMeta("k", "v")
                        .build());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void every_example_of_the_documentation_is_a_job(Path example) {
        Job job = JobFiles.read(example);

        assertThat(job.getTaskGroupsList())
                .isNotEmpty()
                .allSatisfy(group -> assertThat(group.getTasksList())
                        .isNotEmpty()
                        .allSatisfy(task ->
                                assertThat(task.getConfig().getFieldsMap()).containsKey("image")));
    }

    static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("..", "docs", "examples"))) {
            return files.filter(file -> file.toString().matches(".*\\.(hcl|json)"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void a_byte_order_mark_is_passed_over() {
        assertThat(read("\ufeffjob \"j\" {}").getId()).isEqualTo("j");
    }

    @Test
    void a_file_of_one_mebibyte_is_read_and_one_byte_more_is_refused() throws IOException {
        String job = "job \"j\" {}\n";
        String largest = job + " ".repeat(JobFiles.LARGEST - job.length());
        Path file = Files.writeString(dir.resolve("large.hcl"), largest);

        assertThat(JobFiles.read(file).getId()).isEqualTo("j");
        Files.writeString(file, largest + " ");
        assertThatThrownBy(() -> JobFiles.read(file))
                .isInstanceOf(JobFileException.class)
                .hasMessage(file + ": is larger than 1 MiB: a job file names images and files, it does not hold them");
    }

    @Test
    void an_endless_stream_is_refused_rather_than_read() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return ' ';
            }
        };

        assertThatThrownBy(() -> JobFiles.read("<stdin>", endless))
                .isInstanceOf(JobFileException.class)
                .hasMessageStartingWith("<stdin>: is larger than 1 MiB");
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        Path none = dir.resolve("none.hcl");

        assertThatThrownBy(() -> JobFiles.read(none))
                .isInstanceOf(JobFileException.class)
                .hasMessage(none + ": there is no such file: check the path");
    }

    @Test
    void a_directory_is_no_job_file() {
        assertThatThrownBy(() -> JobFiles.read(dir))
                .isInstanceOf(JobFileException.class)
                .hasMessage(dir + ": is a directory: name a job file");
    }

    @Test
    void bytes_that_are_no_utf_8_are_found() {
        byte[] latin1 = "job \"j\" {\n  name = \"\u00e4\" }".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> JobFiles.read("j.hcl", new ByteArrayInputStream(latin1)))
                .isInstanceOf(JobFileException.class)
                .hasMessage("j.hcl:2:11: this is not UTF-8: save the file as UTF-8 text");
    }

    private static Map.Entry<String, String> entry(String key, String value) {
        return Map.entry(key, value);
    }

    private static Struct struct(String json) {
        Struct.Builder struct = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(json, struct);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return struct.build();
    }

    private static Task task(String body) {
        return read("job \"j\" { task \"t\" {\n" + body + "\n} }")
                .getTaskGroups(0)
                .getTasks(0);
    }

    private static Job read(String text) {
        return JobFiles.read("j.hcl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
