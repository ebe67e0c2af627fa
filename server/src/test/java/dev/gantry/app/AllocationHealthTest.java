package dev.gantry.app;

import static dev.gantry.app.NodeFixture.events;
import static dev.gantry.app.ScriptJobs.NO_RESTARTS;
import static dev.gantry.app.ScriptJobs.restarts;
import static dev.gantry.app.ScriptJobs.run;
import static dev.gantry.app.ScriptJobs.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.util.Durations;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.Check;
import dev.gantry.v1.CheckRestart;
import dev.gantry.v1.CheckStatus;
import dev.gantry.v1.CheckType;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.JobType;
import dev.gantry.v1.MigrateStrategy;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import dev.gantry.v1.UpdateStrategy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the health of allocations and checks that a node reports. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AllocationHealthTest {

    private static final String FOREVER = "exec sleep 300";

    @TempDir
    Path dir;

    private NodeFixture node;

    @BeforeEach
    void start() throws Exception {
        node = NodeFixture.start(dir);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void an_allocation_whose_tasks_run_long_enough_is_healthy() {
        node.server.desire(updated(service("a1", task("main", FOREVER)), quickly()));

        await().until(() -> node.last("a1").getHealthy());
    }

    @Test
    void the_health_is_not_reported_without_an_update_strategy() {
        node.server.desire(service("a1", task("main", FOREVER)));
        node.server.desire(updated(service("a2", task("main", FOREVER)), quickly()));

        await().until(() -> node.last("a2").getHealthy());
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(node.last("a1").hasHealthy()).isFalse();
    }

    @Test
    void a_node_does_not_judge_the_health_of_a_deployment_whose_health_check_is_manual() {
        UpdateStrategy.Builder manual =
                quickly().setHealthCheck(HealthCheck.HEALTH_CHECK_MANUAL).setHealthyDeadline(Durations.fromMillis(100));
        DesiredState.Builder deployed = updated(service("a1", task("main", FOREVER)), manual).toBuilder();
        deployed.getAllocationsBuilder(0).setDeploymentId("d1");
        node.server.desire(deployed.build());
        node.server.desire(
                updated(service("a2", task("main", FOREVER)), manual.setHealthyDeadline(Durations.fromMinutes(1))));

        await().until(() -> node.last("a2").getHealthy());
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(node.last("a1").hasHealthy()).isFalse();
    }

    @Test
    void an_allocation_without_a_deployment_is_watched_by_the_migrate_strategy() {
        DesiredState.Builder migrated = service("a1", task("main", FOREVER)).toBuilder();
        migrated.getJobsBuilder(0)
                .getJobBuilder()
                .getTaskGroupsBuilder(0)
                .setUpdate(UpdateStrategy.newBuilder().setMinHealthyTime(Durations.fromMinutes(1)))
                .setMigrate(MigrateStrategy.newBuilder()
                        .setMinHealthyTime(Durations.fromMillis(50))
                        .setHealthyDeadline(Durations.fromMinutes(1)));

        node.server.desire(migrated.build());

        await().until(() -> node.last("a1").getHealthy());
    }

    @Test
    void an_allocation_of_a_deployment_is_watched_without_a_strategy_of_its_group() {
        DesiredState.Builder deployed = service("a1", task("main", "exit 1")).toBuilder();
        deployed.getAllocationsBuilder(0).setDeploymentId("d1");

        node.server.desire(deployed.build());

        await().until(() -> node.last("a1").hasHealthy());
        assertThat(node.last("a1").getHealthy()).isFalse();
    }

    @Test
    void an_allocation_that_is_not_healthy_by_the_deadline_is_unhealthy_and_runs_on() {
        node.server.desire(updated(
                service("a1", task("main", FOREVER)),
                UpdateStrategy.newBuilder()
                        .setMinHealthyTime(Durations.fromMinutes(10))
                        .setHealthyDeadline(Durations.fromMillis(200))));

        await().until(() -> node.last("a1").hasHealthy());
        assertThat(node.last("a1").getHealthy()).isFalse();
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
    }

    @Test
    void the_health_survives_a_restart_of_the_node() {
        DesiredState running = updated(service("a1", task("main", FOREVER)), quickly());
        node.server.desire(running);
        await().until(() -> node.last("a1").getHealthy());
        int before = node.server.updates("a1").size();

        node.restart();

        await().until(() -> node.server.updates("a1").size() > before);
        assertThat(node.last("a1").getHealthy()).isTrue();
    }

    @Test
    void a_check_that_fails_keeps_an_allocation_from_being_healthy_until_it_passes() throws Exception {
        Path gate = dir.resolve("gate");
        Task asked = withCheck(script("test -e " + gate));
        node.server.desire(updated(service("a1", asked), quickly()));

        awaitCheck("a1", CheckStatus.CHECK_STATUS_FAILING);
        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_RUNNING);
        assertThat(node.last("a1").hasHealthy()).isFalse();
        Files.createFile(gate);

        awaitCheck("a1", CheckStatus.CHECK_STATUS_PASSING);
        await().until(() -> node.last("a1").getHealthy());
    }

    @Test
    void checks_do_not_count_with_health_check_task_states() {
        node.server.desire(updated(
                service("a1", withCheck(script("false"))),
                quickly().setHealthCheck(HealthCheck.HEALTH_CHECK_TASK_STATES)));

        await().until(() -> node.last("a1").getHealthy());
    }

    @Test
    void a_check_connects_to_the_allocated_address_and_port() throws Exception {
        try (ServerSocket open = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Check.Builder tcp = Check.newBuilder().setType(CheckType.CHECK_TYPE_TCP);
            DesiredState.Builder running = service("a1", withCheck(tcp)).toBuilder();
            running.getAllocationsBuilder(0).getPortsBuilder(0).setPort(open.getLocalPort());

            node.server.desire(running.build());

            awaitCheck("a1", CheckStatus.CHECK_STATUS_PASSING);
            assertThat(node.last("a1").getChecks(0).getService()).isEqualTo("web");
            assertThat(node.last("a1").getChecks(0).getTask()).isEqualTo("main");
            assertThat(node.last("a1").getChecks(0).getOutput()).contains(":" + open.getLocalPort());
        }
    }

    @Test
    void a_check_is_reported_only_when_its_status_has_changed() {
        Path asked = dir.resolve("asked");
        node.server.desire(service("a1", withCheck(script("echo >> " + asked))));
        awaitCheck("a1", CheckStatus.CHECK_STATUS_PASSING);

        await().until(() -> Files.readAllLines(asked).size() > 5);

        List<AllocationUpdate> passing = node.server.updates("a1").stream()
                .filter(update -> update.getChecks(0).getStatus() == CheckStatus.CHECK_STATUS_PASSING)
                .distinct()
                .toList();
        assertThat(passing).hasSize(1);
    }

    @Test
    void a_check_that_keeps_failing_restarts_its_task_by_the_restart_policy() {
        Check.Builder failing = script("false")
                .setCheckRestart(CheckRestart.newBuilder().setLimit(2).setGrace(Durations.fromMillis(0)));
        node.server.desire(run("a1", JobType.JOB_TYPE_SERVICE, restarts(1), withCheck(failing)));

        node.awaitStatus("a1", ClientStatus.CLIENT_STATUS_FAILED);
        assertThat(node.driver().started()).hasSize(2);
        assertThat(node.task("a1", "main").getRestarts()).isEqualTo(1);
        assertThat(events(node.task("a1", "main")))
                .containsSubsequence(
                        "Started", "Killing", "Killed", "Restarting", "Started", "Killing", "NotRestarting");
        assertThat(node.task("a1", "main").getEventsList())
                .anyMatch(event -> event.getMessage().startsWith("Check \"alive\" of service \"web\" keeps failing"));
    }

    @Test
    void a_check_with_the_initial_status_passing_passes_from_the_start_until_it_fails() throws IOException {
        Path asked = dir.resolve("asked");
        node.server.desire(service(
                "a1",
                withCheck(script("while ! [ -e %s ]; do sleep 0.05; done; false".formatted(asked))
                        .setPassesInitially(true)
                        .setTimeout(Durations.fromMinutes(1)))));

        awaitCheck("a1", CheckStatus.CHECK_STATUS_PASSING);
        assertThat(node.last("a1").getChecks(0).getOutput()).isEqualTo("Passes initially");
        Files.createFile(asked);

        awaitCheck("a1", CheckStatus.CHECK_STATUS_FAILING);
    }

    @Test
    void a_check_with_the_initial_status_passing_is_first_run_after_its_interval() {
        Task.Builder hourly = withCheck(script("false").setPassesInitially(true)).toBuilder();
        hourly.getServicesBuilder(0).getChecksBuilder(0).setInterval(Durations.fromHours(1));
        node.server.desire(service("a1", hourly.build()));
        node.server.desire(service("a2", withCheck(script("false"))));

        awaitCheck("a2", CheckStatus.CHECK_STATUS_FAILING);
        awaitCheck("a1", CheckStatus.CHECK_STATUS_PASSING);
        assertThat(node.server.updates("a1"))
                .flatMap(AllocationUpdate::getChecksList)
                .noneMatch(check -> check.getStatus() == CheckStatus.CHECK_STATUS_FAILING);
    }

    @Test
    void a_warning_restarts_no_task_whose_check_ignores_warnings() {
        Path asked = dir.resolve("asked");
        Check.Builder warning = script("echo >> %s; exit 1".formatted(asked))
                .setCheckRestart(CheckRestart.newBuilder()
                        .setLimit(1)
                        .setGrace(Durations.fromMillis(0))
                        .setIgnoreWarnings(true));
        node.server.desire(run("a1", JobType.JOB_TYPE_SERVICE, restarts(1), withCheck(warning)));
        awaitCheck("a1", CheckStatus.CHECK_STATUS_FAILING);

        await().until(() -> Files.readAllLines(asked).size() > 5);

        assertThat(node.driver().started()).hasSize(1);
        assertThat(node.task("a1", "main").getRestarts()).isZero();
    }

    @Test
    void a_check_that_is_changed_in_place_shows_its_own_output() {
        node.server.desire(service("a1", withCheck(script("echo old"))));
        await().until(() -> node.last("a1").getChecks(0).getOutput().strip().equals("old"));

        DesiredState.Builder newer = service("a1", withCheck(script("echo new"))).toBuilder();
        newer.getJobsBuilder(0).setVersion(2);
        newer.getAllocationsBuilder(0).setJobVersion(2);
        node.server.desire(newer.build());

        await().until(() -> node.last("a1").getChecks(0).getOutput().strip().equals("new"));
        assertThat(node.driver().started()).hasSize(1);
    }

    private void awaitCheck(String allocation, CheckStatus status) {
        await().untilAsserted(() ->
                assertThat(node.last(allocation).getChecksList()).anyMatch(check -> check.getStatus() == status));
    }

    private static DesiredState service(String allocation, Task task) {
        return run(allocation, JobType.JOB_TYPE_SERVICE, NO_RESTARTS, task);
    }

    private static DesiredState updated(DesiredState state, UpdateStrategy.Builder strategy) {
        DesiredState.Builder changed = state.toBuilder();
        changed.getJobsBuilder(0).getJobBuilder().getTaskGroupsBuilder(0).setUpdate(strategy);
        return changed.build();
    }

    private static UpdateStrategy.Builder quickly() {
        return UpdateStrategy.newBuilder().setMinHealthyTime(Durations.fromMillis(50));
    }

    private static Task withCheck(Check.Builder check) {
        return task("main", FOREVER).toBuilder()
                .addServices(Service.newBuilder()
                        .setName("web")
                        .setPort("http")
                        .addChecks(check.setName("alive").setInterval(Durations.fromMillis(20))))
                .build();
    }

    private static Check.Builder script(String script) {
        return Check.newBuilder()
                .setType(CheckType.CHECK_TYPE_SCRIPT)
                .setCommand("/bin/sh")
                .addArgs("-c")
                .addArgs(script);
    }
}
