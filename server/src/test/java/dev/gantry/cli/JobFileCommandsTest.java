package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.jobfile.JobFiles;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.ListJobVersionsResponse;
import dev.gantry.v1.ValidateJobRequest;
import dev.gantry.v1.ValidateJobResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the commands that read and write job files, and the values of their variables. */
class JobFileCommandsTest {

    private static final String VARIABLES = """
            variable "a" { default = "default" }
            variable "b" { default = "default" }
            variable "c" { default = "default" }
            job "j" {
              meta { got = "${var.a} ${var.b} ${var.c}" }
            }
            """;

    @TempDir
    Path dir;

    @AutoClose
    private final ScriptedCluster cluster = new ScriptedCluster();

    @Test
    void variables_come_from_options_then_files_then_the_environment() throws IOException {
        cluster.answers("ValidateJob", ValidateJobResponse.getDefaultInstance());
        String file = file("j.hcl", VARIABLES);
        String values = file("prod.vars", "a = \"file\"\nb = \"file\"\n");
        Map<String, String> environment = Map.of(
                "GANTRY_ADDR", cluster.address(),
                "GANTRY_VAR_a", "environment",
                "GANTRY_VAR_c", "environment",
                "GANTRY_VAR_other", "environment");

        CliRun run = CliRun.of(
                environment, "", "job", "validate", "--var-file", values, "--var", "a=x=y", "--var", "a=option", file);

        assertThat(run).isEqualTo(new CliRun(0, "Job \"j\" is valid\n", ""));
        assertThat(((ValidateJobRequest) cluster.requests().get(0)).getJob().getMetaMap())
                .containsEntry("got", "option file environment");
    }

    @Test
    void a_value_that_does_not_fit_is_told_with_its_origin() throws IOException {
        String file = file("j.hcl", VARIABLES);
        String values = file("bad.vars", "a = @\n");

        assertThat(CliRun.of(cluster, "job", "validate", "--var", "x=1", file).err())
                .startsWith(
                        "error: " + file + ":1:1: there is no variable \"x\" in this file for the value of --var x:");
        assertThat(CliRun.of(cluster, "job", "validate", "--var", "x", file))
                .isEqualTo(new CliRun(1, "", "error: --var takes NAME=VALUE, not x\n"));
        assertThat(CliRun.of(cluster, "job", "validate", "--var-file", values, file)
                        .err())
                .startsWith("error: " + values + ":1:5: nothing in HCL begins with @");
        assertThat(cluster.requests()).hasSize(1).allMatch(ValidateJobRequest.class::isInstance);
    }

    @Test
    void the_file_that_init_writes_is_a_job_and_is_never_written_over() {
        for (String[] options : new String[][] {{}, {"--short"}}) {
            Path file = dir.resolve("example" + options.length + ".hcl");
            String[] arguments = options.length == 0
                    ? new String[] {"job", "init", file.toString()}
                    : new String[] {"job", "init", options[0], file.toString()};

            CliRun first = CliRun.of(Map.of(), "", arguments);
            CliRun second = CliRun.of(Map.of(), "", arguments);

            assertThat(first)
                    .isEqualTo(new CliRun(0, "==> Wrote %s. To run it: gantry job run %1$s\n".formatted(file), ""));
            assertThat(second).isEqualTo(new CliRun(1, "", "error: " + file + " exists: name another file\n"));
            Job job = JobFiles.read(file);
            assertThat(job.getTaskGroups(0).getTasks(0).getDriver()).isEqualTo("rkt");
            assertThat(job.getTaskGroups(0).getTasks(0).getConfig().getFieldsMap())
                    .containsKeys("image", "port_map");
        }
        assertThat(JobFiles.read(dir.resolve("example0.hcl"))).isEqualTo(JobFiles.read(dir.resolve("example1.hcl")));
    }

    @Test
    void files_are_laid_out_and_named_if_they_change() throws IOException {
        String good = file("good.hcl", "job \"j\" {\n  name = \"x\"\n}\n");
        String bad = file("bad.hcl", "job \"j\" {\nname=\"x\"\n}\n");

        assertThat(CliRun.of(Map.of(), "", "job", "fmt", "--check", good, bad))
                .isEqualTo(new CliRun(1, bad + "\n", ""));
        assertThat(Path.of(bad)).hasContent("job \"j\" {\nname=\"x\"\n}\n");
        assertThat(CliRun.of(Map.of(), "", "job", "fmt", good, bad)).isEqualTo(new CliRun(0, bad + "\n", ""));
        assertThat(Path.of(bad)).hasContent(Files.readString(Path.of(good)));
        assertThat(CliRun.of(Map.of(), "", "job", "fmt", "--check", good, bad)).isEqualTo(new CliRun(0, "", ""));
        assertThat(CliRun.of(Map.of(), "job \"j\" {\n priority=1\n}", "job", "fmt", "-"))
                .isEqualTo(new CliRun(0, "job \"j\" {\n  priority = 1\n}\n", ""));
        assertThat(CliRun.of(Map.of(), "", "job", "fmt", file("no.hcl", "job {"))
                        .err())
                .contains("this { is never closed: add }");
        assertThat(CliRun.of(Map.of(), "", "job", "fmt", "none.hcl").err())
                .isEqualTo("error: none.hcl: there is no such file: check the path\n");
    }

    @Test
    void what_inspect_prints_is_a_job_file() {
        Job job = Job.newBuilder()
                .setId("web/periodic-1")
                .setParentId("web")
                .putMeta("k", "ä")
                .build();
        Job older = job.toBuilder().setPriority(7).build();
        cluster.answers(
                "GetJob",
                GetJobResponse.newBuilder()
                        .setJob(JobRecord.newBuilder().setJob(job).setVersion(3))
                        .build());
        cluster.answers(
                "ListJobVersions",
                ListJobVersionsResponse.newBuilder()
                        .addVersions(JobRecord.newBuilder().setJob(job).setVersion(3))
                        .addVersions(JobRecord.newBuilder().setJob(older).setVersion(2))
                        .build());

        CliRun newest = CliRun.of(cluster, "job", "inspect", "web/periodic-1");
        CliRun second = CliRun.of(cluster, "job", "inspect", "--version", "2", "web/periodic-1");

        assertThat(read(newest.out())).isEqualTo(job.toBuilder().clearParentId().build());
        assertThat(read(second.out()))
                .isEqualTo(older.toBuilder().clearParentId().build());
        assertThat(CliRun.of(cluster, "job", "inspect", "--version", "9", "web/periodic-1"))
                .isEqualTo(new CliRun(
                        1,
                        "",
                        "error: job \"web/periodic-1\" has no version 9. To list its versions: gantry job history"
                                + " web/periodic-1\n"));
    }

    @Test
    void run_with_output_prints_the_job_as_a_job_file_and_submits_nothing() throws IOException {
        String file = file("web.hcl", "variable \"p\" {\n  default = 7\n}\njob \"web\" {\n  priority = var.p\n}\n");

        CliRun run = CliRun.of(cluster, "job", "run", "-output", file);

        assertThat(run.exitCode()).isZero();
        assertThat(read(run.out()))
                .isEqualTo(Job.newBuilder().setId("web").setPriority(7).build());
        assertThat(cluster.requests()).isEmpty();
    }

    @Test
    void convert_prints_a_job_file_of_any_language_in_hcl_or_json() throws IOException {
        String hcl = "job \"web\" {\n  priority = 7\n}\n";
        String withVariable = "variable \"p\" {\n  type = number\n}\njob \"web\" { # lost\n  priority = var.p\n}\n";
        String file = file("web.hcl", withVariable);

        assertThat(CliRun.of(Map.of(), "", "job", "convert", "--var", "p=7", file))
                .isEqualTo(new CliRun(0, hcl, ""));
        CliRun json = CliRun.of(Map.of(), "", "job", "convert", "--to", "json", "--var", "p=7", file);
        assertThat(read(json.out()))
                .isEqualTo(Job.newBuilder().setId("web").setPriority(7).build());
        assertThat(CliRun.of(Map.of(), json.out(), "job", "convert", "-")).isEqualTo(new CliRun(0, hcl, ""));
        assertThat(CliRun.of(Map.of(), "{\"Job\": {\"ID\": \"web\", \"Priority\": 7}}", "job", "convert", "-"))
                .isEqualTo(new CliRun(0, hcl, ""));
        assertThat(CliRun.of(Map.of(), "{\"id\": \"web\", \"parentId\": \"p\"}", "job", "convert", "-")
                        .err())
                .startsWith("error: a job file has no parent_id");
    }

    private static Job read(String text) {
        return JobFiles.read("inspected", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private String file(String name, String text) throws IOException {
        return Files.writeString(dir.resolve(name), text).toString();
    }
}
