package dev.gantry.jobfile;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that each fault is reported at the position of the →, with its remedy. */
class JobFileFaultsTest {

    static Stream<Arguments> faultsOfSyntax() {
        return Stream.of(
                arguments("job \"j\" →{\n  group \"g\" {\n  }\n", "this { is never closed: add }"),
                arguments("job \"j\" {\n  group \"g\" →{\n", "this { is never closed: add }"),
                arguments("""
                        variable "a" →{
                          default = 1

                        variable "b" {
                          default = 2
                        }
                        job "j" {
                          group "g" { count = var.a + var.b }
                        }
                        """, "this { is never closed: add } before line 4"),
                arguments("""
                        variable "a" {
                          default = 1
                          validation →{
                            condition = true
                            error_message = "x"

                        job "j" {
                          group "g" { count = var.a }
                        }
                        """, "this { is never closed: add } before line 7"),
                arguments("job \"j\" {\n  datacenters = →[\"a\",\n", "this [ is never closed: add ]"),
                arguments("job \"j\" {\n  datacenters = →[\"a\"", "this [ is never closed: add ]"),
                arguments("job \"j\" {\n  name = →\"abc\n}", "this string is not closed on its line: add \""),
                arguments("job \"j\" { name = \"a→${b\"\n}", "this ${ is not closed on its line: add }"),
                arguments("job \"j\" { →/* x }", "this comment is never closed: add */"),
                arguments(
                        "job \"j\" { name = →<<END\n x }\n", "this heredoc is never closed: add a line with only END"),
                arguments(
                        "job \"j\" { name = →<< END x }\n",
                        "a heredoc begins with << and a word that ends the line, such as <<END"),
                arguments("job \"j\" { →] }", "expected a name, found ]"),
                arguments("job \"j\" {} →}", "expected a name, found }"),
                arguments("job \"j\" { name \"x\" name →}", "expected { after name \"x\", found }"),
                arguments("job \"j\" { name →}", "expected = or { after name, found }"),
                arguments("job \"j\" { name = →}", "expected a value, found }"),
                arguments("job \"j\" { name = →", "expected a value, found the end of the file"),
                arguments("job \"j\" { name = →service }", "service is no value: put text in double quotes"),
                arguments("job \"j\" { →'name' = 1 }", "HCL quotes text with \", not '"),
                arguments("job \"j\" { name = →@x }", "nothing in HCL begins with @: put text in double quotes"),
                arguments("job \"j\" {→\u00a0}", "U+00A0, which one can't see, is no blank of HCL: take it out"),
                arguments("job \"j\" { →\0 }", "U+0000, which one can't see, is no blank of HCL: take it out"),
                arguments("job \"j\" { →\u001b }", "U+001B, which one can't see, is no blank of HCL: take it out"),
                arguments(
                        "job \"j\" { type = →\"\\u001b[2J\" }",
                        "type must be \"batch\" or \"service\" or \"system\", not \" [2J\""),
                arguments("job \"j\" { name = \"\t→\\d\" }", "\\d is no escape: write \\\\d for a backslash"),
                arguments("job \"j\" { priority = →10MB }", "10MB is no number: put text in quotes"),
                arguments("job \"j\" { priority = →089 }", "089 is no number: put text in quotes"),
                arguments("job \"j\" { datacenters = [\"a\" →\"b\"] }", "expected , or ] in a list, found \"b\""),
                arguments("job \"ä😀\" { →, }", "expected a name, found ,"));
    }

    @ParameterizedTest
    @MethodSource("faultsOfSyntax")
    void what_is_not_hcl_is_refused_at_its_place(String marked, String message) {
        assertFault(marked, message);
    }

    static Stream<Arguments> faultsOfMeaning() {
        return Stream.of(
                arguments("→", "no job here: a job file holds job \"NAME\" { … }"),
                arguments("→# nothing but a comment\n", "no job here: a job file holds job \"NAME\" { … }"),
                arguments(
                        "job \"a\" {}\n→job \"b\" {}",
                        "a second job: a job file holds one; move it to a file of its own"),
                arguments("→job {}", "job needs a name: job \"NAME\" { … }"),
                arguments("job \"a\" →\"b\" {}", "job takes one name: take the rest out"),
                arguments("job →\" \" {}", "the name of a job is empty: give it one"),
                arguments("job = →3", "job must be a block, { … }, not 3"),
                arguments(
                        "→group \"g\" {}",
                        "\"group\" stands outside of a job: a job file holds job \"NAME\" { … }, variables and locals"),
                arguments(
                        "job \"j\" { →prority = 1 }",
                        "unknown key \"prority\" in a job block: did you mean \"priority\"?"),
                arguments(
                        "job \"j\" { group \"g\" { →image = \"x\" } }",
                        "unknown key \"image\" in a group block: known are affinity, constraint, count, ephemeral_disk, meta, migrate, network,"
                                + " reschedule, restart, service, shutdown_delay, spread, task, update"),
                arguments(
                        "job \"j\" { name = \"a\"\n →name = \"b\" }",
                        "a second name; the first is on line 1: take one out"),
                arguments("job \"j\" { →priority \"x\" {} }", "priority is no block: write priority = …"),
                arguments(
                        "job \"j\" { priority = →\"high\" }",
                        "priority must be a whole number from 1 to 100, not \"high\""),
                arguments("job \"j\" { priority = →0 }", "priority must be a whole number from 1 to 100, not 0"),
                arguments("job \"j\" { priority = →101 }", "priority must be a whole number from 1 to 100, not 101"),
                arguments("job \"j\" { priority = →[1] }", "priority must be a whole number from 1 to 100, not a list"),
                arguments(
                        "job \"j\" { type = →\"daemon\" }",
                        "type must be \"batch\" or \"service\" or \"system\", not \"daemon\""),
                arguments("job \"j\" { type = →1 }", "type must be \"batch\" or \"service\" or \"system\", not 1"),
                arguments(
                        "job \"j\" { update { min_healthy_time = →10 } }",
                        "min_healthy_time must be a duration, such as \"30s\" or \"1h30m\", not 10"),
                arguments(
                        "job \"j\" { update { healthy_deadline = →\"-5s\" } }",
                        "healthy_deadline must be a duration, such as \"30s\" or \"1h30m\", not \"-5s\""),
                arguments(
                        "job \"j\" { update { auto_revert = →\"yes\" } }",
                        "auto_revert must be true or false, not \"yes\""),
                arguments(
                        "job \"j\" { update {} →update {} }", "a second update; the first is on line 1: take one out"),
                arguments("job \"j\" { spread { →target {} } }", "target needs a name: target \"NAME\" { … }"),
                arguments(
                        "job \"j\" { spread { target \"a\" { percent = →101 } } }",
                        "percent must be a whole number from 0 to 100, not 101"),
                arguments(
                        "job \"j\" { affinity { weight = →0 } }",
                        "weight must not be 0, which would change nothing: take the affinity out"),
                arguments(
                        "job \"j\" { affinity { weight = →101 } }",
                        "weight must be a whole number from -100 to 100, not 101"),
                arguments(
                        "job \"j\" { affinity { →distinct_hosts = true } }",
                        "unknown key \"distinct_hosts\" in an affinity block: it belongs in a constraint block"),
                arguments(
                        "job \"j\" { group \"g\" { restart { mode = →\"never\" } } }",
                        "mode must be \"delay\" or \"fail\", not \"never\""),
                task(
                        "service { check { type = →\"ttl\" } }",
                        "type must be \"grpc\" or \"http\" or \"script\" or \"tcp\", not \"ttl\""),
                task(
                        "lifecycle { hook = →\"poststart\" }",
                        "hook must be \"poststop\" or \"prestart\", not \"poststart\""),
                arguments("job \"j\" { name = →true }", "name must be text: write \"true\" or \"1\""),
                arguments(
                        "job \"j\" { datacenters = →\"dc1\" }",
                        "datacenters must be a list, such as [\"…\"], not \"dc1\""),
                arguments("job \"j\" { datacenters = [\"a\", →{}] }", "datacenters must be text, not a block"),
                arguments("job \"j\" { meta = →1 }", "meta must be a block, { … }, not 1"),
                arguments("job \"j\" { meta { a = 1 →a = 2 } }", "a is set twice in meta: take one out"),
                arguments("job \"j\" { meta { →a \"b\" {} } }", "a in meta is no block: write a = …"),
                arguments(
                        "job \"j\" { group \"g\" { count = →-1 } }",
                        "count must be a whole number of 0 or more, not -1"),
                arguments(
                        "job \"j\" { group \"g\" { count = →1.5 } }",
                        "count must be a whole number of 0 or more, not 1.5"),
                arguments(
                        "job \"j\" { group \"g\" { count = →4294967297 } }",
                        "count must be a whole number of 0 or more, not 4294967297"),
                arguments(
                        "job \"j\" { group \"g\" { count = →1e999 } }",
                        "count must be a whole number of 0 or more, not 1e999"),
                arguments("job \"j\" { →group {} }", "group needs a name: group \"NAME\" { … }"),
                arguments(
                        "job \"j\" {\n  group \"g\" {}\n  →group \"g\" {}\n}",
                        "a second group \"g\"; the first is on line 2: rename one"),
                arguments(
                        "job \"j\" {\n  task \"g\" {}\n  →group \"g\" {}\n}",
                        "group \"g\" has the name of a task outside of groups, which makes a group of its name: rename one"),
                task("config →\"x\" {}", "config takes no name: take it out"),
                task("config { a = 1 →a = 2 }", "a is set twice: take one out"),
                task("config { a = [{}] →a {} }", "a is set twice: take one out"),
                task("service { check { header { a →{} } } }", "a must be text, not a block"),
                task("resources { cpu = →0 }", "cpu must be a whole number of 20 or more, not 0"),
                task("resources { memory = →-5 }", "memory must be a whole number of 10 or more, not -5"),
                task("resources {} →resources {}", "a second resources; the first is on line 1: take one out"),
                task(
                        "resources { →disk = 1 }",
                        "disk is not supported yet in a resources block: take it out, or set it to \"0\""),
                task(
                        "resources { →iops = 1 }",
                        "iops is not supported yet in a resources block: take it out, or set it to \"0\""),
                network("mbits = →-1", "mbits must be a whole number of 0 or more, not -1"),
                network("→port {}", "port needs a name: port \"NAME\" { … }"),
                network("port \"a\" { static = →0 }", "static must be a whole number from 1 to 65535, not 0"),
                network("port \"a\" { static = →65536 }", "static must be a whole number from 1 to 65535, not 65536"),
                network("port \"a\" {} →port \"a\" {}", "a second port \"a\"; the first is on line 1: rename one"),
                constraint(
                        "operator = →\">\" version = \"1\"",
                        "operator can't stand beside version: take one out, or use two constraints"),
                constraint(
                        "version = \"1\" value = →\"2\"",
                        "value can't stand beside version: take one out, or use two constraints"),
                constraint(
                        "version = \"1\" regexp = →\"2\"",
                        "regexp can't stand beside version: take one out, or use two constraints"),
                constraint("→attribute = \"b\"", "a second attribute; the first is on line 1: take one out"),
                arguments(
                        "job \"j\" { constraint { distinct_property = →\"x\" distinct_hosts = true } }",
                        "distinct_property can't stand beside distinct_hosts: take one out, or use two constraints"),
                arguments(
                        "job \"j\" { constraint { distinct_hosts = →\"maybe\" } }",
                        "distinct_hosts must be true or false, not \"maybe\""));
    }

    @ParameterizedTest
    @MethodSource("faultsOfMeaning")
    void what_is_no_job_is_refused_at_its_place(String marked, String message) {
        assertFault(marked, message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "→region = \"eu\"",
                "→namespace = \"other\"",
                "→vault { policies = [] }",
                "task \"t\" { artifact { →insecure = true } }",
                "task \"t\" { template { →wait { min = \"5s\" } } }",
                "task \"t\" { template { →change_script { command = \"/x\" } } }",
                "task \"t\" { template { →once = true } }",
                "task \"t\" { logs { →destination = \"x\" } }",
                "task \"t\" { resources { →iops = 1 } }",
                "task \"t\" { service { →address_mode = \"driver\" } }",
                "task \"t\" { service { check { →address_mode = \"driver\" } } }",
                "→node_pool = \"gpu\"",
                "→ui { description = \"x\" }",
                "group \"g\" { →max_client_disconnect = \"1h\" }",
                "group \"g\" { →volume \"v\" { type = \"host\" } }",
                "group \"g\" { network { port \"http\" { →ignore_collision = true } } }",
                "task \"t\" { →identity { env = true } }",
                "task \"t\" { resources { →cores = 2 } }",
                "task \"t\" { resources { →memory_max = 512 } }",
                "task \"t\" { service { →connect { native = true } } }",
                "task \"t\" { service { →meta { a = \"b\" } } }",
                "task \"t\" { service { check { →success_before_passing = 2 } } }"
            })
    void what_nomad_has_and_gantry_has_not_is_refused_rather_than_passed_over(String body) {
        Marked file = Marked.of("job \"j\" {\n  " + body + "\n}");

        assertThatThrownBy(() -> read(file.text()))
                .isInstanceOf(JobFileException.class)
                .hasMessageStartingWith("j.hcl:" + file.position() + ": ")
                .hasMessageContaining(" is not supported yet in a");
    }

    @ParameterizedTest
    @CsvSource({
        "job, node_pool = \"default\"",
        "job, consul_token = \"\"",
        "group, prevent_reschedule_on_lost = false",
        "group, restart { render_templates = false }",
        "task, resources { memory_max = 0 cores = 0 }",
        "task, restart { render_templates = false }",
        "task, template { once = false }",
        "task, template { vault_grace = \"5m\" }",
    })
    void a_key_of_a_later_nomad_passes_with_the_value_that_asks_for_nothing(String place, String key) {
        String file = "job \"j\" {\n job\n group \"g\" {\n group\n task \"t\" {\n task\n driver = \"rkt\"\n }\n }\n}";

        assertThatCode(() ->
                        read(file.replace(" " + place + "\n", key + "\n").replaceAll("(?m)^ (job|group|task)$", "")))
                .doesNotThrowAnyException();
    }

    static Stream<Arguments> faultsOfJson() {
        return Stream.of(
                arguments("{→\"idd\": \"j\"}", "unknown field \"idd\" in a Job: did you mean \"id\"?"),
                arguments(
                        "{\"id\": \"j\",\n \"taskGroups\": [{},\n  {→\"conut\": 1}]}",
                        "unknown field \"conut\" in a TaskGroup: did you mean \"count\"?"),
                arguments("{\"id\": \"a\",\n →\"id\": \"b\"}", "id is set twice: take one out"),
                arguments("{\"id\": \"a\"} →{\"id\": \"b\"}", "something follows the job: a job file holds one job"),
                arguments("{\"taskGroups\": →{}}", "expected a list, [ … ]"),
                arguments("{\"taskGroups\": [→3]}", "expected an object, { … }"),
                arguments("{\"priority\": →\"high\"}", "priority: Not an int32 value: \"high\""),
                arguments(
                        "{\"type\": →\"system\"}",
                        "type: Invalid enum value: \"system\" for enum type: gantry.v1.JobType"),
                arguments("{\"meta\": →}", "this is not JSON: Expected value"),
                arguments("{\"id\": \"j→", "this is not JSON: Unterminated string"),
                arguments("{\"id\": \"j\",→", "this is not JSON: End of input"));
    }

    @ParameterizedTest
    @MethodSource("faultsOfJson")
    void what_is_wrong_in_json_is_found_there_too(String marked, String message) {
        assertFault(marked, message);
    }

    private static Arguments task(String body, String message) {
        return arguments("job \"j\" { task \"t\" { " + body + " } }", message);
    }

    private static Arguments network(String body, String message) {
        return task("resources { network { " + body + " } }", message);
    }

    private static Arguments constraint(String body, String message) {
        return arguments("job \"j\" { constraint { attribute = \"a\" " + body + " } }", message);
    }

    private static void assertFault(String marked, String message) {
        Marked file = Marked.of(marked);

        assertThatThrownBy(() -> read(file.text()))
                .isInstanceOf(JobFileException.class)
                .hasMessage("j.hcl:" + file.position() + ": " + message);
    }

    private static void read(String text) {
        JobFiles.read("j.hcl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
