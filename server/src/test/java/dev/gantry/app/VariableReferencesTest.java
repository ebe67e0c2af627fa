package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.api.JobValidator;
import dev.gantry.cluster.job.Cron;
import dev.gantry.driver.rkt.RktConfigCheck;
import dev.gantry.v1.Check;
import dev.gantry.v1.CheckType;
import dev.gantry.v1.Job;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests which references to variables a job may have. */
class VariableReferencesTest {

    private static final String TASK = "task_groups[0].tasks[0]";

    @Test
    void a_job_may_refer_to_its_own_variables_in_env_and_args() {
        assertThat(faults(task().putEnv("DB", "pg://${var.jobs/web.user}:${var.jobs/web/db.pass}@db")
                        .setConfig(config("args", list("-k", "${var.jobs/web.k}")))))
                .isEmpty();
    }

    @Test
    void a_job_may_have_credentials_for_its_image_in_its_own_variables_only() {
        assertThat(faults(task().setConfig(auth("${var.jobs/web.user}", "${var.jobs/web.pass}"))))
                .isEmpty();
        assertThat(faults(task().setConfig(auth("${var.jobs/db.user}", "${var.jobs/web.pass}"))))
                .singleElement()
                .asString()
                .startsWith(TASK + ".config.auth.username: ${var.jobs/db.user} is not the job's to read");
    }

    private static Struct auth(String username, String password) {
        Struct auth = Struct.newBuilder()
                .putFields("username", text(username))
                .putFields("password", text(password))
                .build();
        return Struct.newBuilder()
                .putFields("image", text("docker://registry.example.com/web"))
                .putFields("auth", Value.newBuilder().setStructValue(auth).build())
                .build();
    }

    @Test
    void a_reference_to_another_jobs_variable_is_refused() {
        assertThat(faults(task().putEnv("DB", "${var.jobs/db.pass}").putEnv("MINE", "${var.team/x.pass}")))
                .containsExactlyInAnyOrder(
                        TASK + ".env.DB: ${var.jobs/db.pass} is not the job's to read: a job reads jobs/web and what is"
                                + " below it",
                        TASK
                                + ".env.MINE: ${var.team/x.pass} is not the job's to read: a job reads jobs/web and what is"
                                + " below it");
    }

    @Test
    void a_malformed_reference_is_refused_with_an_example() {
        assertThat(faults(task().putEnv("DB", "${var.jobs/web}").setConfig(config("args", list("ok", "${var.}")))))
                .containsExactlyInAnyOrder(
                        TASK
                                + ".env.DB: ${var.jobs/web} refers to no value of a variable: write ${var.PATH.KEY}, such as"
                                + " ${var.jobs/web.password}",
                        TASK
                                + ".config.args[1]: ${var.} refers to no value of a variable: write ${var.PATH.KEY}, such as"
                                + " ${var.jobs/web.password}");
    }

    @Test
    void elsewhere_a_reference_is_refused() {
        Task.Builder task = task().setUser("${var.jobs/web.u}")
                .setConfig(config("dns_servers", list("${var.jobs/web.d}")).toBuilder()
                        .putFields("command", text("${var.jobs/web.c}")))
                .addServices(Service.newBuilder()
                        .setName("web")
                        .addChecks(Check.newBuilder()
                                .setName("c")
                                .setType(CheckType.CHECK_TYPE_SCRIPT)
                                .setCommand("/bin/x")
                                .addArgs("${var.jobs/web.a}")));

        assertThat(faults(task).stream().filter(fault -> fault.contains("can't stand here")))
                .extracting(fault -> fault.substring(0, fault.indexOf(':')))
                .containsExactlyInAnyOrder(
                        TASK + ".user",
                        TASK + ".config.dns_servers[0]",
                        TASK + ".config.command",
                        TASK + ".services[0].checks[0].args[0]");
    }

    @Test
    void a_task_refers_to_at_most_100_values() {
        Task.Builder task = task();
        for (int i = 0; i < 100; i++) {
            task.putEnv("V" + i, "${var.jobs/web.k%d}".formatted(i));
        }

        assertThat(faults(task)).isEmpty();
        assertThat(faults(task.putEnv("MORE", "${var.jobs/web.more}")))
                .containsExactly(TASK + ": refers to 101 values of variables; the limit is 100");
    }

    private static Task.Builder task() {
        return TestJobs.job("web", "dc1").getTaskGroups(0).getTasks(0).toBuilder();
    }

    private static Struct config(String key, Value value) {
        return Struct.newBuilder()
                .putFields("image", text("example.com/web"))
                .putFields(key, value)
                .build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Value list(String... texts) {
        ListValue.Builder list = ListValue.newBuilder();
        for (String text : texts) {
            list.addValues(text(text));
        }
        return Value.newBuilder().setListValue(list).build();
    }

    private static List<String> faults(Task.Builder task) {
        Job.Builder job = TestJobs.job("web", "dc1").toBuilder();
        job.getTaskGroupsBuilder(0).setTasks(0, task);
        return new JobValidator(List.of(new RktConfigCheck()), Cron::fault)
                .check(job.build()).stream()
                        .map(fault -> fault.getField() + ": " + fault.getDescription())
                        .toList();
    }
}
