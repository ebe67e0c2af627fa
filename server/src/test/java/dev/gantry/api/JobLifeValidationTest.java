package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormat.ParseException;
import dev.gantry.cluster.job.Cron;
import dev.gantry.driver.FeatureUse;
import dev.gantry.driver.TaskConfigCheck;
import dev.gantry.restriction.MachineUse;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the validation of updates, restarts, reschedules, lifecycles, periodic and parameterized jobs. */
class JobLifeValidationTest {

    /** A driver that accepts any settings, which are not tested here. */
    private static final TaskConfigCheck ANY = new TaskConfigCheck() {
        @Override
        public String driver() {
            return "rkt";
        }

        @Override
        public List<JobViolation> check(TaskGroup group, Task task, String path) {
            return List.of();
        }

        @Override
        public List<FeatureUse> features(Task task, String path) {
            return List.of();
        }

        @Override
        public MachineUse machineUse(Task task) {
            return MachineUse.NONE;
        }
    };

    private static final String MAIN =
            "name: 'main' driver: 'rkt' resources { ports { label: 'http' } } services { name: 'web' port: 'http' %s }";

    private final JobValidator validator = new JobValidator(List.of(ANY), Cron::fault);

    @Test
    void a_job_that_says_all_of_it_well_is_taken() throws ParseException {
        Job service = job("""
                type: JOB_TYPE_SERVICE
                affinities { attribute: '${node.class}' value: 'large' weight: -100 }
                spreads { attribute: '${node.datacenter}' weight: 100
                          targets { value: 'dc1' percent: 60 } targets { value: 'dc2' percent: 40 } }
                update { max_parallel: 2 canary: 2 auto_promote: true auto_revert: true
                         min_healthy_time { seconds: 1 } healthy_deadline { seconds: 60 }
                         progress_deadline { seconds: 0 } }
                migrate { max_parallel: 2 health_check: HEALTH_CHECK_TASK_STATES }
                """, """
                count: 2
                migrate { min_healthy_time { seconds: 0 } healthy_deadline { seconds: 1 } }
                restart { attempts: 3 interval { seconds: 60 } delay { seconds: 20 } mode: RESTART_MODE_DELAY }
                reschedule { attempts: 3 interval { seconds: 100 } delay { seconds: 10 }
                             delay_function: DELAY_FUNCTION_FIBONACCI max_delay { seconds: 20 } }
                tasks { name: 'migrate' driver: 'rkt' lifecycle { hook: LIFECYCLE_HOOK_PRESTART } }
                """, """
                checks { type: CHECK_TYPE_HTTP path: '/health' interval { seconds: 1 } timeout { nanos: 100000000 }
                         check_restart { limit: 3 grace { seconds: 10 } } }
                checks { type: CHECK_TYPE_TCP } checks { type: CHECK_TYPE_SCRIPT command: '/bin/true' args: '-v' }
                """);
        Job periodic = job("type: JOB_TYPE_BATCH periodic { cron: '0 3 * * *' time_zone: 'Europe/Berlin' }", "", "");
        Job parameterized = job(
                "type: JOB_TYPE_BATCH parameterized { meta_required: 'input' meta_optional: 'level' }",
                "tasks { name: 'b' driver: 'rkt' dispatch_payload_file: 'in/data.json' kill_signal: 'SIGINT'"
                        + " kill_timeout { seconds: 30 } }",
                "");

        assertThat(validator.check(service)).isEmpty();
        assertThat(validator.check(periodic)).isEmpty();
        assertThat(validator.check(
                        job("type: JOB_TYPE_BATCH periodic { crons: '@daily' crons: '0 12 * * 1' }", "", "")))
                .isEmpty();
        assertThat(validator.check(parameterized)).isEmpty();
        assertThat(validator.check(job("type: JOB_TYPE_SYSTEM", "", ""))).isEmpty();
        assertThat(validator.check(job(
                        "type: JOB_TYPE_SYSTEM update { max_parallel: 2 stagger { seconds: 10 }"
                                + " min_healthy_time { seconds: 1 } }",
                        "",
                        "")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "affinities { attribute: '${node.class}' value: 'a' weight: 101 } | affinities[0].weight | 101 is not within -100 and 100",
                "affinities { attribute: '${node.class}' value: 'a' operator: 'near' } | affinities[0].operator | near",
                "affinities { operator: 'distinct_hosts' } | affinities[0].operator | for constraints only",
                "affinities { attribute: '${node.class' value: 'a' } | affinities[0].attribute | ${node.class",
                "spreads { targets { value: 'a' } } | spreads[0].attribute | is missing",
                "spreads { attribute: '${node.class}' weight: -1 } | spreads[0].weight | -1 is not within 1 and 100",
                "spreads { attribute: '${node.class}' targets { value: 'a' percent: 60 } targets { value: 'b' percent: 41 } } | spreads[0].targets | make 101 percent together",
                "spreads { attribute: '${node.class}' targets { value: 'a' } targets { value: 'a' } } | spreads[0].targets[1].value | used twice",
                "spreads { attribute: '${node.class}' targets { percent: 101 value: 'a' } } | spreads[0].targets[0].percent | 101 is not within",
                "update { max_parallel: -1 } | update.max_parallel | -1 is below 0",
                "update { canary: 2 } | update.canary | 2 is more than the count of group \"g\", 1",
                "update { auto_promote: true } | update.auto_promote | without a canary",
                "update { max_parallel: 0 canary: 1 } | update.canary | max_parallel = 0 makes none",
                "update { health_check: 9 } | update.health_check | 9 is no health check",
                "update { min_healthy_time { seconds: -1 } } | update.min_healthy_time | -1s is below 0",
                "update { min_healthy_time { seconds: 300 } } | update.min_healthy_time | 5m is not less than healthy_deadline, 5m",
                "update { progress_deadline { seconds: 60 } } | update.progress_deadline | 1m is less than healthy_deadline, 5m",
                "update { progress_deadline { nanos: 1999999999 } } | update.progress_deadline | are no duration",
                "update { stagger { seconds: -1 } } | update.stagger | -1s is below 0",
                "type: JOB_TYPE_BATCH update { } | update | for service and system jobs",
                "type: JOB_TYPE_SYSTEM update { canary: 1 } | update.canary | for service jobs only",
                "type: JOB_TYPE_SYSTEM update { auto_revert: true } | update.auto_revert | for service jobs only",
                "type: JOB_TYPE_SYSTEM update { canary: 1 auto_promote: true } | update.auto_promote | for service jobs only",
                "task_groups { name: 'two' count: 1 tasks { name: 'a' driver: 'rkt' leader: true } tasks { name: 'b' driver: 'rkt' leader: true } } | task_groups[0].tasks | have several leaders",
                "task_groups { name: 'two' count: 1 tasks { name: 'a' driver: 'rkt' } tasks { name: 'b' driver: 'rkt' leader: true lifecycle { hook: LIFECYCLE_HOOK_PRESTART } } } | task_groups[0].tasks[1].leader | can't stand beside lifecycle",
                "migrate { max_parallel: -1 } | migrate.max_parallel | -1 is below 0",
                "migrate { health_check: 9 } | migrate.health_check | 9 is no health check",
                "migrate { min_healthy_time { seconds: 300 } } | migrate.min_healthy_time | 5m is not less than healthy_deadline, 5m",
                "type: JOB_TYPE_BATCH migrate { } | migrate | for service jobs only: take it out of this batch job",
                "type: JOB_TYPE_SYSTEM migrate { } | migrate | for service jobs only: take it out of this system job",
                "type: JOB_TYPE_SYSTEM spreads { attribute: '${node.class}' } | spreads | not for system jobs",
                "periodic { cron: '0 3 * * *' } | periodic | for batch jobs only, and this is a service job",
                "parameterized { } | parameterized | for batch jobs only",
                "type: JOB_TYPE_BATCH periodic { } | periodic.cron | is missing",
                "type: JOB_TYPE_BATCH periodic { cron: 'daily' } | periodic.cron | has 1 fields",
                "type: JOB_TYPE_BATCH periodic { cron: '*/90 * * * *' } | periodic.cron | \"*/90\" is no minute",
                "type: JOB_TYPE_BATCH periodic { cron: '0 0 30 2 *' } | periodic.cron | never runs",
                "type: JOB_TYPE_BATCH periodic { crons: '@daily' crons: '0 0 31 4,6 *' } | periodic.crons[1] | never runs",
                "type: JOB_TYPE_BATCH periodic { cron: '30 2 30 3 * 2025' time_zone: 'Europe/Berlin' } | periodic.cron | never runs",
                "type: JOB_TYPE_BATCH periodic { crons: '@daily' crons: '@never' } | periodic.crons[1] | \"@never\" is not known",
                "type: JOB_TYPE_BATCH periodic { crons: '@daily' crons: '' } | periodic.crons[1] | has 1 fields",
                "type: JOB_TYPE_BATCH periodic { cron: '@daily' crons: '@daily' } | periodic.crons | can't stand beside cron",
                "type: JOB_TYPE_BATCH periodic { cron: '0 3 * * *' time_zone: 'Mars/Base' } | periodic.time_zone | \"Mars/Base\" is no time zone",
                "type: JOB_TYPE_BATCH periodic { cron: '0 3 * * *' } parameterized { } | periodic | can't stand beside parameterized",
                "type: JOB_TYPE_BATCH parameterized { meta_required: 'a' meta_optional: 'a' } | parameterized.meta_optional[0] | named twice",
                "type: JOB_TYPE_BATCH parameterized { meta_required: 'a=b' } | parameterized.meta_required[0] | is no key",
                "parent_id: 'x' | parent_id | set by the server alone",
                "payload: 'x' | payload | set by a dispatch alone",
            })
    void a_fault_of_the_job_is_named(String job, String field, String description) throws ParseException {
        assertFault(job(job, "", ""), field, description);
    }

    @Test
    void meta_that_is_too_long_for_an_environment_is_refused_where_it_is_set() throws ParseException {
        String longest = "x".repeat(131_047);
        String tooLong = longest + "x";
        String fault = "becomes the environment variable GANTRY_META_a, which has 131062 bytes with its name,"
                + " but Linux starts no program with more than 131061";

        assertThat(validator.check(job("meta { key: 'a' value: '%s' }".formatted(longest), "", "")))
                .isEmpty();
        assertThat(validator.check(job(
                        "meta { key: 'a' value: '%s' }".formatted(tooLong),
                        "meta { key: 'a' value: '%s' }".formatted(tooLong),
                        "")))
                .extracting(JobViolation::getField)
                .containsExactlyInAnyOrder("meta.a", "task_groups[0].meta.a");
        assertFault(job("meta { key: 'a' value: '%s' }".formatted(tooLong), "", ""), "meta.a", fault);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "JOB_TYPE_SYSTEM | count: 2 | count | 2 is not for a system job",
                "JOB_TYPE_SYSTEM | reschedule { } | reschedule | is not for system jobs",
                "JOB_TYPE_SERVICE | update { canary: 2 } | update.canary | more than the count",
                "JOB_TYPE_SERVICE | update { canary: 1 } ephemeral_disk { sticky: true } | update.canary | without its data, though ephemeral_disk is sticky",
                "JOB_TYPE_SERVICE | restart { attempts: -1 } | restart.attempts | -1 is below 0",
                "JOB_TYPE_SERVICE | restart { mode: 7 } | restart.mode | 7 is no mode",
                "JOB_TYPE_SERVICE | ephemeral_disk { size_mib: 9 } | ephemeral_disk.size_mib | 9 MiB is less than 10 MiB",
                "JOB_TYPE_SERVICE | ephemeral_disk { size_mib: 100 } | ephemeral_disk.size_mib | no room for the logs of task \"main\", which may get 100 MiB",
                "JOB_TYPE_SERVICE | migrate { health_check: HEALTH_CHECK_MANUAL } | migrate.health_check | for deployments only",
                "JOB_TYPE_SERVICE | restart { interval { seconds: 4 } attempts: 0 } | restart.interval | 4s is shorter than 5s",
                "JOB_TYPE_SERVICE | restart { attempts: 200 } | restart.interval | 30m is too short for 200 restarts with a delay of 15s",
                "JOB_TYPE_BATCH | restart { delay { seconds: -1 } } | restart.delay | -1s is below 0",
                "JOB_TYPE_SERVICE | reschedule { delay { } } | reschedule.delay | 0s is shorter than 1ms",
                "JOB_TYPE_SERVICE | reschedule { delay { seconds: 7200 } } | reschedule.max_delay | 1h is less than delay, 2h",
                "JOB_TYPE_SERVICE | reschedule { delay_function: 9 } | reschedule.delay_function | 9 is no function",
                "JOB_TYPE_BATCH | reschedule { attempts: 3 interval { seconds: 14 } } | reschedule.interval | 14s is too short for 3 attempts with a delay of 5s",
                "JOB_TYPE_BATCH | reschedule { attempts: 4 delay_function: DELAY_FUNCTION_FIBONACCI interval { seconds: 34 } } | reschedule.interval | 34s is too short for 4 attempts",
                "JOB_TYPE_BATCH | reschedule { attempts: 2000000000 delay_function: DELAY_FUNCTION_EXPONENTIAL } | reschedule.interval | too short",
                "JOB_TYPE_BATCH | reschedule { attempts: -1 } | reschedule.attempts | -1 is below 0",
                "JOB_TYPE_SERVICE | reschedule { unlimited: true attempts: 3 interval { seconds: 3600 } } | reschedule.attempts | 3 beside unlimited is ambiguous",
                "JOB_TYPE_BATCH | reschedule { unlimited: true attempts: 1 } | reschedule.attempts | 1 beside unlimited is ambiguous",
                "JOB_TYPE_SERVICE | tasks { name: 'b' driver: 'rkt' kill_timeout { seconds: -1 } } | tasks[1].kill_timeout | -1s is below 0",
                "JOB_TYPE_SERVICE | tasks { name: 'b' driver: 'rkt' kill_signal: 'SIGNIT' } | tasks[1].kill_signal | did you mean \"SIGINT\"?",
                "JOB_TYPE_SERVICE | tasks { name: 'b' driver: 'rkt' logs { max_files: 0 } } | tasks[1].logs.max_files | 0 is not 1 to 1000",
                "JOB_TYPE_SERVICE | tasks { name: 'b' driver: 'rkt' logs { max_files: 1001 } } | tasks[1].logs.max_files | 1001 is not",
                "JOB_TYPE_SERVICE | tasks { name: 'b' driver: 'rkt' logs { max_file_size_mib: 0 } } | tasks[1].logs.max_file_size_mib | 0 MiB is not 1 to 1048576",
                "JOB_TYPE_SERVICE | tasks { name: 'b' driver: 'rkt' lifecycle { } } | tasks[1].lifecycle.hook | use prestart or poststop",
                "JOB_TYPE_SERVICE | tasks { name: 'b' driver: 'rkt' lifecycle { hook: LIFECYCLE_HOOK_POSTSTOP sidecar: true } } | tasks[1].lifecycle.sidecar | prestart tasks only",
                "JOB_TYPE_SERVICE | tasks { name: 'b' driver: 'rkt' dispatch_payload_file: 'a' } | tasks[1].dispatch_payload_file | give the job parameterized",
                "JOB_TYPE_SERVICE | tasks { name: 'b' driver: 'rkt' dispatch_payload_file: 'a/../../b' } | tasks[1].dispatch_payload_file | leaves the task's local/",
                "JOB_TYPE_SERVICE | tasks { name: 'b' driver: 'rkt' dispatch_payload_file: '/etc/passwd' } | tasks[1].dispatch_payload_file | leaves the task's local/",
                "JOB_TYPE_SERVICE | tasks { name: 'b' driver: 'rkt' affinities { attribute: '${node.class}' value: 'a' weight: 999 } } | tasks[1].affinities[0].weight | 999",
            })
    void a_fault_of_a_group_is_named(String type, String group, String field, String description)
            throws ParseException {
        assertFault(job("type: " + type, group, ""), "task_groups[0]." + field, description);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "checks { } | checks[0].type | use tcp, http, grpc or script",
                "checks { type: CHECK_TYPE_HTTP } | checks[0].path | begin it with /",
                "checks { type: CHECK_TYPE_HTTP path: '/a b' } | checks[0].path | blank",
                "checks { type: CHECK_TYPE_HTTP path: '/' method: 'get' } | checks[0].method | \"get\" is no method",
                "checks { type: CHECK_TYPE_HTTP path: '/' command: '/bin/x' } | checks[0].command | for checks of type script only",
                "checks { type: CHECK_TYPE_TCP path: '/' } | checks[0].path | for checks of type http only",
                "checks { type: CHECK_TYPE_TCP headers { name: 'A' values: 'b' } } | checks[0].headers | for checks of type http only",
                "checks { type: CHECK_TYPE_TCP protocol: 'https' } | checks[0].protocol | for checks of type http only",
                "checks { type: CHECK_TYPE_HTTP path: '/' protocol: 'udp' } | checks[0].protocol | use http or https",
                "checks { type: CHECK_TYPE_HTTP path: '/' headers { name: 'A' } } | checks[0].headers[0].values | at least one value",
                "checks { type: CHECK_TYPE_HTTP path: '/' headers { name: 'A:' values: 'b' } } | checks[0].headers[0].name | \"A:\" is no name of a header",
                "checks { type: CHECK_TYPE_HTTP path: '/' headers { name: 'Upgrade' values: 'b' } } | checks[0].headers[0].name | which the node makes",
                "checks { type: CHECK_TYPE_HTTP path: '/' headers { name: 'A' values: 'b' } headers { name: 'a' values: 'b' } } | checks[0].headers[1].name | used twice",
                "checks { type: CHECK_TYPE_HTTP path: '/' headers { name: 'A' values: '${var.jobs/j.k}' } } | checks[0].headers[0].values | can't stand here",
                "checks { type: CHECK_TYPE_GRPC path: '/' } | checks[0].path | for checks of type http only",
                "checks { type: CHECK_TYPE_HTTP path: '/' grpc_service: 'a' } | checks[0].grpc_service | for checks of type grpc only",
                "tags: 'at-${node.unique.name}' | tags | \"at-${node.unique.name}\" is not interpolated",
                "checks { type: CHECK_TYPE_TCP port: 'admin' } | checks[0].port | port \"admin\" is not declared; declared are http",
                "checks { type: CHECK_TYPE_SCRIPT } | checks[0].command | is missing",
                "checks { type: CHECK_TYPE_SCRIPT command: 'a' port: 'http' } | checks[0].port | for checks of type tcp, http and grpc only",
                "checks { type: CHECK_TYPE_TCP } checks { type: CHECK_TYPE_TCP } | checks[1].name | \"service: web tcp\" is used twice",
                "checks { type: CHECK_TYPE_TCP interval { nanos: 999000000 } } | checks[0].interval | 999ms is shorter than 1s",
                "checks { type: CHECK_TYPE_TCP timeout { nanos: 99000000 } } | checks[0].timeout | 99ms is shorter than 100ms",
                "checks { type: CHECK_TYPE_TCP check_restart { } } | checks[0].check_restart.limit | 0 is not 1 or more",
                "checks { type: CHECK_TYPE_TCP check_restart { limit: 1 grace { seconds: -1 } } } | checks[0].check_restart.grace | -1s is below 0",
            })
    void a_fault_of_a_check_is_named(String checks, String field, String description) throws ParseException {
        assertFault(job("", "", checks), "task_groups[0].tasks[0].services[0]." + field, description);
    }

    @Test
    void a_check_of_a_service_without_a_port_needs_one() throws ParseException {
        Job job = TextFormat.parse(
                "id: 'j' task_groups { name: 'g' tasks { name: 'a' driver: 'rkt' services { checks { type:"
                        + " CHECK_TYPE_TCP } } } }",
                Job.class);

        assertFault(job, "task_groups[0].tasks[0].services[0].checks[0].port", "is missing: name a port");
    }

    @Test
    void a_group_needs_a_main_task() throws ParseException {
        Job job = TextFormat.parse(
                "id: 'j' task_groups { name: 'g' tasks { name: 'a' driver: 'rkt' lifecycle { hook:"
                        + " LIFECYCLE_HOOK_PRESTART } } }",
                Job.class);

        assertFault(job, "task_groups[0].tasks", "at least one main task");
    }

    @Test
    void a_group_that_is_scaled_down_to_nothing_keeps_its_canaries() throws ParseException {
        assertThat(validator.check(job("update { canary: 2 }", "count: 0", ""))).isEmpty();
        assertThat(validator.check(job("type: JOB_TYPE_BATCH update { max_parallel: 0 }", "", "")))
                .as("what asks for nothing")
                .isEmpty();
    }

    @Test
    void two_tasks_of_a_group_may_have_a_port_of_the_same_label_and_labels_may_begin_with_a_digit()
            throws ParseException {
        Job job = job(
                "",
                "tasks { name: 'b' driver: 'rkt' resources { ports { label: 'http' } ports { label: '8080' } } }",
                "");

        assertThat(validator.check(job)).isEmpty();
    }

    private void assertFault(Job job, String field, String description) {
        assertThat(validator.check(job)).anySatisfy(violation -> {
            assertThat(violation.getField()).isEqualTo(field);
            assertThat(violation.getDescription()).contains(description);
        });
    }

    private static Job job(String job, String group, String checks) throws ParseException {
        return TextFormat.parse(
                "id: 'j' %s task_groups { name: 'g' tasks { %s } %s }".formatted(job, MAIN.formatted(checks), group),
                Job.class);
    }
}
