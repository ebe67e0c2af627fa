package dev.gantry.cluster.deployment;

import static dev.gantry.store.TestIds.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.cluster.ClusterFixture;
import dev.gantry.cluster.InvalidFieldException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.UpdateStrategy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests how reports of nodes, the clock and operators change deployments, without a scheduler. */
class DeploymentTest {

    @TempDir
    Path dir;

    private ClusterFixture cluster;

    @BeforeEach
    void open() {
        cluster = new ClusterFixture(dir);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void a_healthy_allocation_is_counted_and_its_job_is_evaluated() {
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder()), "d1", 0);
        cluster.pass(Duration.ofMinutes(1));

        cluster.reportHealth(id("d1a0"), true);
        cluster.reportHealth(id("d1a0"), true);

        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);
        assertThat(cluster.deployment("d1").getGroups(0)).satisfies(group -> {
            assertThat(group.getHealthy()).isEqualTo(1);
            assertThat(ProtoTimes.toInstantMillis(group.getProgressDeadline()))
                    .isEqualTo(cluster.clock().instant().plus(Duration.ofMinutes(10)));
        });
        assertThat(cluster.newestEvaluation("web").getTrigger())
                .isEqualTo(EvaluationTrigger.EVALUATION_TRIGGER_DEPLOYMENT);
        assertThat(cluster.allocation(id("d1a0")).getHealthy()).isTrue();
    }

    @Test
    void a_version_is_stable_once_all_its_allocations_are_healthy() {
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder()), "d1", 0);

        cluster.reportHealth(id("d1a0"), true);
        cluster.reportHealth(id("d1a1"), true);

        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        assertThat(cluster.job("web").getStable()).isTrue();
    }

    @Test
    void an_unhealthy_allocation_fails_its_deployment_and_reverts_to_the_stable_version() {
        JobRecord first = cluster.submit("web", "v1", UpdateStrategy.newBuilder());
        cluster.deploy(first, "d1", 0);
        cluster.reportHealth(id("d1a0"), true);
        cluster.reportHealth(id("d1a1"), true);
        cluster.deploy(cluster.submit("web", "v2", UpdateStrategy.newBuilder().setAutoRevert(true)), "d2", 0);

        cluster.reportHealth(id("d2a0"), false);

        assertThat(cluster.deployment("d2")).satisfies(failed -> {
            assertThat(failed.getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
            assertThat(failed.getDescription()).contains("web.web[0] is unhealthy", "version 0 comes back");
            assertThat(failed.getGroups(0).getUnhealthy()).isEqualTo(1);
        });
        assertThat(cluster.job("web").getVersion()).isEqualTo(2);
        assertThat(cluster.job("web").getJob()).isEqualTo(first.getJob());
        assertThat(cluster.newestEvaluation("web").getJobVersion()).isEqualTo(2);
    }

    @Test
    void a_failed_allocation_counts_as_unhealthy_even_if_its_node_does_not_report_it() {
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder()), "d1", 0);

        cluster.report(id("d1a0"), ClientStatus.CLIENT_STATUS_FAILED);

        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
        assertThat(cluster.job("web").getVersion()).isZero();
    }

    @Test
    void a_deployment_without_progress_fails_at_its_deadline() {
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder()), "d1", 0);
        cluster.pass(Duration.ofMinutes(9));
        cluster.deployments().check();
        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);

        cluster.pass(Duration.ofMinutes(1));
        cluster.deployments().check();
        cluster.store().write(tx -> null).join();

        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
        assertThat(cluster.deployment("d1").getDescription()).contains("no progress");
    }

    @Test
    void a_progress_deadline_is_not_moved_by_setting_the_clock() {
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder()), "d1", 0);
        cluster.deploy(cluster.submit("api", "v1", UpdateStrategy.newBuilder()), "d2", 0);
        cluster.setClockAhead(Duration.ofDays(47));
        cluster.deployments().check();
        cluster.store().write(tx -> null).join();
        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);

        cluster.setClockAhead(Duration.ofDays(-47));
        cluster.pass(Duration.ofMinutes(10));
        cluster.deployments().check();
        cluster.store().write(tx -> null).join();

        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
        assertThat(cluster.deployment("d2").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
    }

    @Test
    void a_stored_deadline_comes_after_its_whole_duration_at_the_latest_if_the_clock_is_set_back() {
        cluster.setClockAhead(Duration.ofDays(47));
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder()), "d1", 0);
        cluster.setClockAhead(Duration.ZERO);
        DeploymentWatcher next = new DeploymentWatcher(cluster.store(), cluster.evaluations(), cluster.clocks());
        next.load(cluster.store().reader());

        cluster.pass(Duration.ofMinutes(10));
        next.check();
        cluster.store().write(tx -> null).join();

        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
    }

    @Test
    void a_deadline_outlives_the_server_that_set_it() {
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder()), "d1", 0);
        DeploymentWatcher next = new DeploymentWatcher(cluster.store(), cluster.evaluations(), cluster.clocks());
        next.load(cluster.store().reader());
        cluster.pass(Duration.ofMinutes(10));

        next.check();
        cluster.store().write(tx -> null).join();

        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
    }

    @Test
    void canaries_wait_for_an_operator_without_a_deadline_and_are_then_promoted() {
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder().setCanary(1)), "d1", 1);
        assertThatThrownBy(() -> cluster.deployments()
                        .promote("d1", List.of(), Optional.empty())
                        .join())
                .hasCauseInstanceOf(RefusedException.class)
                .hasMessageContaining("0 of the 1 canaries of group web are healthy");
        cluster.reportHealth(id("d1a0"), true);
        cluster.pass(Duration.ofDays(1));
        cluster.deployments().check();

        cluster.deployments().promote("d1", List.of(), Optional.empty()).join();

        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);
        assertThat(cluster.deployment("d1").getGroups(0).getPromoted()).isTrue();
        assertThatThrownBy(() -> cluster.deployments()
                        .promote("d1", List.of(), Optional.empty())
                        .join())
                .hasCauseInstanceOf(RefusedException.class);
    }

    @Test
    void a_paused_deployment_is_complete_only_when_it_is_resumed() {
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder()), "d1", 0);
        cluster.deployments().pause("d1").join();

        cluster.reportHealth(id("d1a0"), true);
        cluster.reportHealth(id("d1a1"), true);

        assertThat(cluster.deployment("d1")).satisfies(paused -> {
            assertThat(paused.getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);
            assertThat(paused.getPaused()).isTrue();
            assertThat(paused.getGroups(0).getHealthy()).isEqualTo(2);
        });
        assertThat(cluster.job("web").getStable()).isFalse();

        cluster.deployments().resume("d1").join();

        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        assertThat(cluster.job("web").getStable()).isTrue();
    }

    @Test
    void a_newer_deployment_is_neither_promoted_nor_failed_in_place_of_the_named_one() {
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder().setCanary(1)), "d1", 1);
        cluster.reportHealth(id("d1a0"), true);
        cluster.deploy(cluster.submit("web", "v2", UpdateStrategy.newBuilder().setCanary(1)), "d2", 1);
        cluster.reportHealth(id("d2a0"), true);

        assertThatThrownBy(() -> cluster.deployments()
                        .promote("d1", List.of(), Optional.empty())
                        .join())
                .hasCauseInstanceOf(RefusedException.class)
                .hasMessageContaining(
                        "Deployment d1 of version 0 of job web has ended: version 1 of the job takes its place");
        assertThatThrownBy(() -> cluster.deployments()
                        .fail("d1", Optional.empty(), any -> {})
                        .join())
                .hasCauseInstanceOf(RefusedException.class);

        assertThat(cluster.deployment("d2").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING);
        assertThat(cluster.deployment("d2").getGroups(0).getPromoted()).isFalse();
    }

    @Test
    void a_promotion_and_a_failure_that_are_repeated_with_the_same_request_id_are_answered_as_before() {
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder()), "d1", 0);
        cluster.reportHealth(id("d1a0"), true);
        cluster.reportHealth(id("d1a1"), true);
        cluster.deploy(
                cluster.submit(
                        "web", "v2", UpdateStrategy.newBuilder().setCanary(1).setAutoRevert(true)),
                "d2",
                1);
        cluster.reportHealth(id("d2a0"), true);

        String promoted = cluster.deployments()
                .promote("d2", List.of(), Optional.of("r1"))
                .join();
        FailedDeployment failed =
                cluster.deployments().fail("d2", Optional.of("r2"), any -> {}).join();

        assertThat(cluster.deployments()
                        .promote("d2", List.of(), Optional.of("r1"))
                        .join())
                .isEqualTo(promoted);
        assertThat(cluster.deployments()
                        .fail("d2", Optional.of("r2"), any -> {})
                        .join())
                .isEqualTo(failed);
        assertThat(failed.revertedTo()).contains(0L);
        assertThat(cluster.job("web").getVersion()).isEqualTo(2);
    }

    @Test
    void a_group_that_the_deployment_does_not_have_is_named() {
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder().setCanary(1)), "d1", 1);
        cluster.reportHealth(id("d1a0"), true);

        assertThatThrownBy(() -> cluster.deployments()
                        .promote("d1", List.of("web", "wbe"), Optional.empty())
                        .join())
                .hasCauseInstanceOf(InvalidFieldException.class)
                .hasMessageContaining("\"wbe\" is no group of the deployment, which has web");
        assertThat(cluster.deployment("d1").getGroups(0).getPromoted()).isFalse();
    }

    @Test
    void canaries_of_a_group_with_auto_promote_are_promoted_automatically() {
        cluster.deploy(
                cluster.submit(
                        "web", "v1", UpdateStrategy.newBuilder().setCanary(1).setAutoPromote(true)),
                "d1",
                1);

        cluster.reportHealth(id("d1a0"), true);

        assertThat(cluster.deployment("d1").getGroups(0).getPromoted()).isTrue();
    }

    @Test
    void a_newer_version_or_a_stop_cancels_a_deployment() {
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder()), "d1", 0);
        cluster.deploy(cluster.submit("web", "v2", UpdateStrategy.newBuilder()), "d2", 0);
        assertThat(cluster.deployment("d1").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_CANCELED);

        cluster.jobs().stop("web", Optional.empty()).join();

        assertThat(cluster.deployment("d2").getStatus()).isEqualTo(DeploymentStatus.DEPLOYMENT_STATUS_CANCELED);
        assertThatThrownBy(() -> cluster.deployments()
                        .fail("d2", Optional.empty(), any -> {})
                        .join())
                .hasCauseInstanceOf(RefusedException.class);
    }

    @Test
    void an_operator_who_fails_a_deployment_learns_the_reverted_version() {
        cluster.deploy(cluster.submit("web", "v1", UpdateStrategy.newBuilder()), "d1", 0);
        cluster.reportHealth(id("d1a0"), true);
        cluster.reportHealth(id("d1a1"), true);
        cluster.deploy(cluster.submit("web", "v2", UpdateStrategy.newBuilder().setAutoRevert(true)), "d2", 0);

        FailedDeployment failed =
                cluster.deployments().fail("d2", Optional.empty(), any -> {}).join();

        assertThat(failed.revertedTo()).contains(0L);
        assertThat(cluster.newestEvaluation("web").getId()).isEqualTo(failed.evaluationId());
    }
}
