package dev.gantry.scheduler;

import static dev.gantry.scheduler.Fixtures.NOW;
import static dev.gantry.scheduler.Fixtures.cluster;
import static dev.gantry.scheduler.Fixtures.constraint;
import static dev.gantry.scheduler.Fixtures.group;
import static dev.gantry.scheduler.Fixtures.job;
import static dev.gantry.scheduler.Fixtures.node;
import static dev.gantry.scheduler.Fixtures.task;
import static dev.gantry.scheduler.Fixtures.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.Timestamp;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.plan.DelayedReschedule;
import dev.gantry.scheduler.plan.InPlaceUpdate;
import dev.gantry.scheduler.plan.Placement;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.plan.Stop;
import dev.gantry.scheduler.plan.StopCause;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Check;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Drain;
import dev.gantry.v1.EphemeralDisk;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.LogConfig;
import dev.gantry.v1.MigrateStrategy;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.Port;
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests updates, failures and drains over several plans. */
class JobLifeTest {

    private final ClusterState cluster = cluster(node("a"), node("b"), node("c"));
    private final Map<String, Allocation> allocations = new TreeMap<>();
    private final List<Deployment> deployments = new ArrayList<>();
    private Instant now = NOW;
    private int made;

    @Nested
    class An_update {

        @Test
        void replaces_as_many_as_max_parallel_and_goes_on_as_they_get_healthy() {
            runHealthy(version(0, updated(4, 100, 2, 0)));
            JobVersion next = version(1, updated(4, 200, 2, 0));

            Plan first = carryOut(next);
            Plan whileUnknown = carryOut(next);
            change(ofVersion(1).get(0), one -> one.setHealthy(true));
            Plan afterOne = carryOut(next);

            assertThat(first.placements()).extracting(Placement::index).containsExactly(0, 1);
            assertThat(first.stops()).extracting(Stop::cause).containsOnly(StopCause.REPLACED);
            assertThat(whileUnknown.changesNothing()).isTrue();
            assertThat(afterOne.placements()).extracting(Placement::index).containsExactly(2);
        }

        @Test
        void ends_successful_once_all_are_healthy() {
            runHealthy(version(0, updated(2, 100, 2, 0)));
            JobVersion next = version(1, updated(2, 200, 2, 0));
            carryOut(next);
            ofVersion(1).forEach(one -> change(one, it -> it.setHealthy(true)));

            Plan plan = carryOut(next);

            assertThat(plan.deployments())
                    .extracting(Deployment::getStatus)
                    .containsExactly(DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
            assertThat(carryOut(next).changesNothing()).isTrue();
        }

        @Test
        void stands_still_while_one_is_unhealthy_and_once_it_has_failed() {
            runHealthy(version(0, updated(3, 100, 1, 0)));
            JobVersion next = version(1, updated(3, 200, 1, 0));
            carryOut(next);
            change(ofVersion(1).get(0), one -> one.setHealthy(false));

            assertThat(carryOut(next).changesNothing()).isTrue();
            end(next, DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
            assertThat(carryOut(next).changesNothing()).isTrue();
            assertThat(ofVersion(0)).hasSize(2);
        }

        @Test
        void cancels_the_deployment_of_the_version_before() {
            carryOut(version(0, updated(2, 100, 1, 0)));

            Plan plan = carryOut(version(1, updated(2, 200, 1, 0)));

            assertThat(plan.deployments())
                    .extracting(Deployment::getJobVersion, Deployment::getStatus)
                    .containsExactly(
                            tuple(0L, DeploymentStatus.DEPLOYMENT_STATUS_CANCELED),
                            tuple(1L, DeploymentStatus.DEPLOYMENT_STATUS_RUNNING));
        }

        @Test
        void of_a_stopped_job_is_canceled() {
            JobVersion job = version(0, updated(2, 100, 1, 0));
            carryOut(job);

            Plan plan = new Scheduler(MachineUses.NONE).plan(cluster, job, true, now, SchedulerOptions.DEFAULT);

            assertThat(plan.deployments())
                    .extracting(Deployment::getStatus)
                    .containsExactly(DeploymentStatus.DEPLOYMENT_STATUS_CANCELED);
        }

        @Test
        void that_is_paused_does_not_end_though_all_are_healthy() {
            runHealthy(version(0, updated(2, 100, 2, 0)));
            JobVersion next = version(1, updated(2, 200, 2, 0));
            put(carryOut(next).deployments().get(0).toBuilder().setPaused(true).build());
            ofVersion(1).forEach(one -> change(one, it -> it.setHealthy(true)));

            assertThat(carryOut(next).deployments())
                    .extracting(Deployment::getStatus)
                    .doesNotContain(DeploymentStatus.DEPLOYMENT_STATUS_SUCCESSFUL);
        }

        @Test
        void of_a_job_that_was_purged_and_submitted_again_has_an_id_of_its_own() {
            JobVersion job = version(0, updated(1, 100, 1, 0));
            List<Plan> plans = Stream.of(4, 4, 9)
                    .map(index -> new Scheduler(MachineUses.NONE)
                            .plan(
                                    cluster,
                                    job.toBuilder().setCreateIndex(index).build(),
                                    false,
                                    now,
                                    SchedulerOptions.DEFAULT))
                    .toList();
            List<String> ids = plans.stream()
                    .map(plan -> plan.deployments().get(0).getId())
                    .toList();

            assertThat(ids.get(1)).isEqualTo(ids.get(0));
            assertThat(ids.get(2)).isNotEqualTo(ids.get(0));
            assertThat(plans.get(2).placements().get(0).deploymentId()).isEqualTo(ids.get(2));
        }

        @Test
        void of_count_or_constraints_restarts_nothing() {
            runHealthy(version(0, updated(2, 100, 1, 0)));
            Job.Builder changed = updated(3, 100, 1, 0).addConstraints(constraint("${node.unique.name}", "!=", "z"));

            Plan plan = carryOut(version(1, changed));

            assertThat(plan.stops()).isEmpty();
            assertThat(plan.updates()).hasSize(2).allMatch(InPlaceUpdate::healthy);
            assertThat(plan.placements()).extracting(Placement::index).containsExactly(2);
            assertThat(ofVersion(1)).hasSize(3);
        }

        @Test
        void of_services_checks_and_how_to_stop_a_task_restarts_nothing() {
            runHealthy(version(0, updated(2, 100, 1, 0)));
            Job.Builder changed = updated(2, 100, 1, 0);
            changed.getTaskGroupsBuilder(0)
                    .getTasksBuilder(0)
                    .setKillSignal("SIGINT")
                    .setRestart(RestartPolicy.newBuilder().setAttempts(7))
                    .setKillTimeout(com.google.protobuf.Duration.newBuilder().setSeconds(9))
                    .addServices(Service.newBuilder()
                            .setName("web")
                            .addTags("green")
                            .addChecks(Check.newBuilder().setName("alive")));

            Plan plan = carryOut(version(1, changed));

            assertThat(plan.stops()).isEmpty();
            assertThat(plan.updates()).hasSize(2);
        }

        @Test
        void that_names_tasks_and_ports_in_another_order_restarts_nothing() {
            Port http = Port.newBuilder().setLabel("http").build();
            Port admin = Port.newBuilder().setLabel("admin").build();
            Task first = withPorts(task(100, 100).setName("first"), http, admin);
            Task second = task(100, 100).setName("second").build();
            runHealthy(version(0, job(group("front", 1, first.toBuilder()).addTasks(second))));
            Task turned = withPorts(first.toBuilder(), admin, http);

            Plan plan = carryOut(
                    version(1, job(group("front", 1, second.toBuilder()).addTasks(turned))));

            assertThat(plan.stops()).isEmpty();
            assertThat(plan.updates()).hasSize(1);
        }

        @Test
        void of_meta_replaces_allocations_whose_tasks_would_see_it() {
            runHealthy(version(0, updated(2, 100, 1, 0).putMeta("colour", "red")));
            Job.Builder moved = updated(2, 100, 1, 0);
            moved.getTaskGroupsBuilder(0).getTasksBuilder(0).putMeta("colour", "red");
            Job.Builder hidden = moved.clone().putMeta("colour", "blue");
            Job.Builder changed = updated(2, 100, 1, 0).putMeta("colour", "blue");

            assertThat(carryOut(version(1, moved)).stops()).isEmpty();
            assertThat(carryOut(version(2, hidden)).stops()).isEmpty();
            assertThat(carryOut(version(3, changed)).stops()).isNotEmpty();
        }

        private static Task withPorts(Task.Builder task, Port... ports) {
            task.getResourcesBuilder().clearPorts().addAllPorts(List.of(ports));
            return task.build();
        }

        @Test
        void of_how_much_output_is_kept_replaces_allocations_unless_it_says_the_default() {
            runHealthy(version(0, updated(2, 100, 1, 0)));
            Job.Builder said = updated(2, 100, 1, 0);
            logs(said).setMaxFiles(10).setMaxFileSizeMib(10);
            Job.Builder changed = updated(2, 100, 1, 0);
            logs(changed).setMaxFiles(2);

            assertThat(carryOut(version(1, said)).stops()).isEmpty();
            assertThat(carryOut(version(2, changed)).stops()).isNotEmpty();
        }

        private static LogConfig.Builder logs(Job.Builder job) {
            return job.getTaskGroupsBuilder(0).getTasksBuilder(0).getLogsBuilder();
        }

        @Test
        void moves_allocations_from_nodes_that_a_new_constraint_excludes() {
            runHealthy(version(0, job(group("front", 1, task(100, 100)))));
            String name =
                    cluster.usageOf(ofVersion(0).get(0).getNodeId()).node().getName();

            Plan plan = carryOut(version(
                    1,
                    job(group("front", 1, task(100, 100)))
                            .addConstraints(constraint("${node.unique.name}", "!=", name))));

            assertThat(plan.updates()).isEmpty();
            assertThat(plan.stops()).hasSize(1);
            assertThat(plan.placements().get(0).node().getName()).isNotEqualTo(name);
        }
    }

    @Nested
    class Canaries {

        private final JobVersion next = version(1, updated(3, 200, 1, 1));

        @Test
        void are_placed_beside_running_allocations_and_nothing_stops_before_promotion() {
            runHealthy(version(0, updated(3, 100, 1, 1)));

            Plan plan = carryOut(next);

            assertThat(plan.placements())
                    .extracting(Placement::index, Placement::canary)
                    .containsExactly(tuple(0, true));
            assertThat(plan.stops()).isEmpty();
            assertThat(plan.deployments().get(0).getGroups(0).getDesiredCanaries())
                    .isEqualTo(1);
            change(ofVersion(1).get(0), one -> one.setHealthy(true));
            assertThat(carryOut(next).changesNothing()).isTrue();
        }

        @Test
        void replace_the_allocations_beside_them_once_promoted() {
            runHealthy(version(0, updated(3, 100, 1, 1)));
            carryOut(next);
            change(ofVersion(1).get(0), one -> one.setHealthy(true));
            promote();

            Plan plan = carryOut(next);

            assertThat(plan.stops())
                    .extracting(stop -> stop.allocation().getIndex())
                    .containsExactlyInAnyOrder(0, 1);
            assertThat(plan.placements())
                    .extracting(Placement::index, Placement::canary)
                    .containsExactly(tuple(1, false));
        }

        @Test
        void are_dropped_when_their_deployment_fails() {
            runHealthy(version(0, updated(3, 100, 1, 1)));
            carryOut(next);
            end(next, DeploymentStatus.DEPLOYMENT_STATUS_FAILED);

            Plan plan = carryOut(next);

            assertThat(plan.stops()).extracting(Stop::cause).containsExactly(StopCause.CANARY_DROPPED);
            assertThat(plan.placements()).isEmpty();
            assertThat(carryOut(next).changesNothing()).isTrue();
        }

        @Test
        void leave_lost_indexes_of_the_old_version_to_the_old_version() {
            runHealthy(version(0, updated(3, 100, 1, 1)));
            carryOut(next);
            change(ofVersion(0).get(2), one -> one.setClientStatus(ClientStatus.CLIENT_STATUS_LOST));

            Plan plan = carryOut(next);

            assertThat(plan.placements())
                    .extracting(Placement::index, Placement::jobVersion, Placement::canary)
                    .containsExactly(tuple(2, 0L, false));
        }

        @Test
        void are_placed_alone_when_the_count_grows_with_them() {
            runHealthy(version(0, updated(2, 100, 1, 1)));
            JobVersion larger = version(1, updated(5, 200, 1, 1));

            Plan before = carryOut(larger);
            Plan wait = carryOut(larger);
            change(ofVersion(1).get(0), one -> one.setHealthy(true));
            promote();
            Plan promoted = carryOut(larger);

            assertThat(before.placements())
                    .extracting(Placement::index, Placement::jobVersion, Placement::canary)
                    .containsExactly(tuple(0, 1L, true));
            assertThat(wait.changesNothing()).isTrue();
            assertThat(promoted.placements())
                    .extracting(Placement::index, Placement::jobVersion)
                    .contains(tuple(2, 1L), tuple(3, 1L), tuple(4, 1L));
        }

        @Test
        void are_not_needed_for_the_first_version() {
            Plan plan = carryOut(version(0, updated(3, 100, 1, 1)));

            assertThat(plan.placements()).hasSize(3).noneMatch(Placement::canary);
        }
    }

    @Nested
    class A_failure {

        @Test
        void is_rescheduled_elsewhere_after_the_delay_of_the_policy() {
            JobVersion job = version(0, job(group("front", 1, task(100, 100))));
            carryOut(job);
            Allocation failed = fail(only());

            Plan wait = carryOut(job);
            now = now.plusSeconds(30);
            Plan anew = carryOut(job);

            assertThat(wait.placements()).isEmpty();
            assertThat(wait.reschedules()).extracting(DelayedReschedule::at).containsExactly(NOW.plusSeconds(30));
            assertThat(wait.followUpTime()).hasValue(NOW.plusSeconds(30));
            Placement successor = anew.placements().get(0);
            assertThat(successor.previous().orElseThrow().getId()).isEqualTo(failed.getId());
            assertThat(successor.node().getId()).isNotEqualTo(failed.getNodeId());
            assertThat(successor.history().times()).containsExactly(timestamp(now));
        }

        @Test
        void of_a_batch_job_is_rescheduled_once() {
            JobVersion job = version(0, job(group("front", 1, task(100, 100))).setType(JobType.JOB_TYPE_BATCH));
            carryOut(job);
            fail(only());
            now = now.plusSeconds(5);
            assertThat(carryOut(job).placements()).hasSize(1);
            fail(only());
            now = now.plusSeconds(5);

            Plan plan = carryOut(job);

            assertThat(plan.changesNothing()).isTrue();
            assertThat(plan.followUpTime()).isEmpty();
        }

        @Test
        void of_a_node_is_replaced_at_once_by_a_successor_that_names_the_lost_allocation() {
            JobVersion job = version(0, job(group("front", 1, task(100, 100))));
            carryOut(job);
            Allocation lost = change(only(), one -> one.setClientStatus(ClientStatus.CLIENT_STATUS_LOST));

            Plan plan = carryOut(job);

            assertThat(plan.placements()).hasSize(1);
            assertThat(plan.placements().get(0).previous())
                    .hasValueSatisfying(one -> assertThat(one.getId()).isEqualTo(lost.getId()));
            assertThat(plan.placements().get(0).history().times()).isEmpty();
        }
    }

    @Nested
    class A_draining_node {

        @Test
        void gets_no_new_allocations() {
            for (String name : List.of("a", "b")) {
                cluster.putNode(node(name).setDrain(Drain.getDefaultInstance()).build());
            }
            cluster.putNode(node("c")
                    .setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE)
                    .build());

            Plan plan = carryOut(version(0, job(group("front", 1, task(100, 100)))));

            assertThat(plan.groups().get(0).failure().orElseThrow().getSummary())
                    .isEqualTo("2 of 3 nodes: node is draining; 1 of 3 nodes: node is not eligible");
        }

        @Test
        void loses_at_most_max_parallel_allocations_at_once() {
            JobVersion job = version(0, updated(3, 1000, 1, 0).addConstraints(constraint("", "distinct_hosts", "")));
            cluster.putNode(node("d").build());
            cluster.putNode(node("e").build());
            runHealthy(job);
            List<String> nodes =
                    ofVersion(0).stream().map(Allocation::getNodeId).toList();
            drain(nodes.get(0), Drain.getDefaultInstance());
            drain(nodes.get(1), Drain.getDefaultInstance());

            Plan first = carryOut(job);
            Plan whilePending = carryOut(job);
            allocations.values().stream()
                    .toList()
                    .forEach(one -> change(
                            one,
                            it -> it.setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                                    .setHealthy(true)));
            Plan second = carryOut(job);

            assertThat(first.stops()).extracting(Stop::cause).containsExactly(StopCause.MIGRATED);
            assertThat(first.placements())
                    .hasSize(1)
                    .allMatch(one -> one.previous().isPresent());
            assertThat(whilePending.placements()).isEmpty();
            assertThat(second.placements()).hasSize(1);
        }

        @Test
        void loses_the_next_allocation_once_the_one_before_is_healthy_elsewhere() {
            JobVersion job = version(0, updated(2, 100, 1, 0));
            runHealthy(job);
            ofVersion(0).stream()
                    .map(Allocation::getNodeId)
                    .distinct()
                    .forEach(node -> drain(node, Drain.getDefaultInstance()));
            carryOut(job);
            Allocation moved =
                    live().stream().filter(one -> !one.hasHealthy()).findFirst().orElseThrow();

            change(moved, one -> one.setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING));
            Plan whileUnproven = carryOut(job);
            change(moved, one -> one.setHealthy(true));
            Plan onceHealthy = carryOut(job);

            assertThat(whileUnproven.changesNothing()).isTrue();
            assertThat(onceHealthy.placements()).hasSize(1);
        }

        @Test
        void loses_as_many_allocations_as_the_migrate_block_says_and_not_as_the_update_block_says() {
            JobVersion updatedByTwo = version(0, updated(3, 100, 2, 0));
            runHealthy(updatedByTwo);
            drainAll();

            Plan byDefault = carryOut(updatedByTwo);
            live().forEach(one -> change(one, it -> it.setClientStatus(ClientStatus.CLIENT_STATUS_COMPLETE)));
            JobVersion migratedByTwo = version(0, migrated(4, 2).setId("other"));
            runHealthy(migratedByTwo);
            drainAll();
            Plan first = carryOut(migratedByTwo);
            moved().forEach(one -> change(one, it -> it.setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)));
            Plan whileUnproven = carryOut(migratedByTwo);
            change(moved().get(0), one -> one.setHealthy(true));
            Plan onceOneIsHealthy = carryOut(migratedByTwo);

            assertThat(byDefault.placements()).hasSize(1);
            assertThat(first.placements()).hasSize(2);
            assertThat(whileUnproven.changesNothing()).isTrue();
            assertThat(onceOneIsHealthy.placements()).hasSize(1);
        }

        @Test
        void loses_nothing_that_is_up_before_the_deadline_if_the_migrate_block_says_0() {
            JobVersion job = version(0, migrated(3, 0));
            runHealthy(job);
            drainAll();

            assertThat(carryOut(job).changesNothing()).isTrue();

            ofVersion(0).stream()
                    .map(Allocation::getNodeId)
                    .distinct()
                    .forEach(node ->
                            drain(node, Drain.newBuilder().setOverdue(true).build()));
            assertThat(carryOut(job).placements()).hasSize(3);
        }

        @Test
        void loses_all_allocations_at_once_if_the_migrate_block_has_the_largest_number() {
            JobVersion job = version(0, migrated(3, Integer.MAX_VALUE));
            runHealthy(job);
            drainAll();

            assertThat(carryOut(job).placements()).hasSize(3);
        }

        private List<Allocation> moved() {
            return live().stream().filter(one -> !one.getHealthy()).toList();
        }

        private void drainAll() {
            ofVersion(0).stream()
                    .map(Allocation::getNodeId)
                    .distinct()
                    .forEach(node -> drain(node, Drain.getDefaultInstance()));
            for (String spare : List.of("x", "y")) {
                cluster.putNode(node(spare + made).build());
            }
        }

        @Test
        void loses_unhealthy_allocations_at_any_time() {
            JobVersion job = version(0, updated(2, 100, 1, 0));
            runHealthy(job);
            ofVersion(0).forEach(one -> change(one, it -> it.setHealthy(false)));
            ofVersion(0).stream()
                    .map(Allocation::getNodeId)
                    .distinct()
                    .forEach(node -> drain(node, Drain.getDefaultInstance()));

            assertThat(carryOut(job).placements()).hasSize(2);
        }

        @Test
        void keeps_allocations_that_fit_nowhere_else_until_the_deadline() {
            JobVersion job = version(0, job(group("front", 1, task(100, 100))));
            runHealthy(job);
            String here = only().getNodeId();
            List.of("a", "b", "c").stream()
                    .filter(name -> !here.equals("id-" + name))
                    .forEach(name -> cluster.putNode(
                            node(name).setStatus(NodeStatus.NODE_STATUS_DOWN).build()));
            Drain drain = Drain.newBuilder()
                    .setDeadline(timestamp(now.plusSeconds(60)))
                    .build();
            drain(here, drain);

            Plan before = carryOut(job);
            drain(here, drain.toBuilder().setOverdue(true).build());
            Plan after = carryOut(job);

            assertThat(before.changesNothing()).isTrue();
            assertThat(before.groups().get(0).keep()).isEqualTo(1);
            assertThat(after.stops()).extracting(Stop::cause).containsExactly(StopCause.MIGRATED);
            assertThat(after.placements()).isEmpty();
        }

        @Test
        void gets_its_outdated_allocation_replaced_by_the_same_version_after_the_deadline_of_a_failed_update() {
            runHealthy(version(0, updated(2, 100, 1, 0)));
            JobVersion next = version(1, updated(2, 200, 1, 0));
            carryOut(next);
            end(next, DeploymentStatus.DEPLOYMENT_STATUS_FAILED);
            Allocation outdated = ofVersion(0).get(0);
            drain(outdated.getNodeId(), Drain.newBuilder().setOverdue(true).build());

            Plan plan = new Scheduler(MachineUses.NONE).plan(cluster, next, false, now, SchedulerOptions.DEFAULT);

            assertThat(plan.stops()).extracting(Stop::allocation).containsExactly(outdated);
            assertThat(plan.placements())
                    .extracting(Placement::index, Placement::jobVersion)
                    .containsExactly(tuple(outdated.getIndex(), 0L));
        }

        @Test
        void lets_batch_jobs_run_until_the_deadline() {
            JobVersion job = version(0, job(group("front", 1, task(100, 100))).setType(JobType.JOB_TYPE_BATCH));
            runHealthy(job);
            String here = only().getNodeId();
            Drain drain = Drain.newBuilder()
                    .setDeadline(timestamp(now.plusSeconds(60)))
                    .build();
            drain(here, drain);

            assertThat(carryOut(job).changesNothing()).isTrue();
            now = now.plus(Duration.ofDays(47));
            assertThat(carryOut(job).changesNothing())
                    .as("whatever the wall clock shows")
                    .isTrue();
            drain(here, drain.toBuilder().setOverdue(true).build());
            assertThat(carryOut(job).placements()).hasSize(1);
        }
    }

    @Nested
    class A_system_job {

        private final JobVersion job =
                version(0, job(group("agent", 1, task(100, 100))).setType(JobType.JOB_TYPE_SYSTEM));

        @Test
        void has_one_allocation_on_each_fitting_node_and_on_nodes_that_join() {
            assertThat(placedOn(carryOut(job))).containsExactlyInAnyOrder("a", "b", "c");
            cluster.putNode(node("d").build());
            cluster.putNode(node("e").setDatacenter("dc1").clearDrivers().build());

            assertThat(placedOn(carryOut(job))).containsExactly("d");
            assertThat(carryOut(job).changesNothing()).isTrue();
        }

        @Test
        void replaces_each_allocation_on_its_own_node() {
            carryOut(job);

            Plan plan =
                    carryOut(version(1, job(group("agent", 1, task(200, 100))).setType(JobType.JOB_TYPE_SYSTEM)));

            assertThat(placedOn(plan)).containsExactlyInAnyOrder("a", "b", "c");
            assertThat(plan.stops()).hasSize(3);
        }

        @Test
        void with_an_update_block_is_replaced_on_max_parallel_nodes_each_stagger() {
            runHealthy(job);

            Plan first = carryOut(rolled(2));
            runAll();
            now = now.plusSeconds(20);
            Plan tooEarly = carryOut(rolled(2));
            now = now.plusSeconds(10);
            Plan second = carryOut(rolled(2));

            assertThat(first.stops()).hasSize(2);
            assertThat(first.followUpTime()).hasValue(NOW.plusSeconds(30));
            assertThat(tooEarly.changesNothing()).isTrue();
            assertThat(tooEarly.followUpTime()).hasValue(NOW.plusSeconds(30));
            assertThat(second.stops()).hasSize(1);
            assertThat(second.followUpTime()).isEmpty();
        }

        @Test
        void with_an_update_block_waits_for_the_allocation_that_is_still_being_started() {
            runHealthy(job);
            carryOut(rolled(1));
            now = now.plus(Duration.ofHours(1));

            Plan whilePending = carryOut(rolled(1));
            runAll();
            Plan onceRunning = carryOut(rolled(1));

            assertThat(whilePending.changesNothing()).isTrue();
            assertThat(whilePending.followUpTime()).hasValue(now.plusSeconds(30));
            assertThat(onceRunning.stops()).hasSize(1);
        }

        @Test
        void with_an_update_block_is_placed_on_all_nodes_without_an_allocation_at_once() {
            assertThat(carryOut(rolled(1)).placements()).hasSize(3);
        }

        private JobVersion rolled(int maxParallel) {
            UpdateStrategy.Builder update = UpdateStrategy.newBuilder().setMaxParallel(maxParallel);
            return version(
                    1,
                    job(group("agent", 1, task(200, 100)))
                            .setType(JobType.JOB_TYPE_SYSTEM)
                            .setUpdate(update));
        }

        private void runAll() {
            live().forEach(one -> change(one, it -> it.setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)));
        }

        @Test
        void that_has_failed_comes_back_on_its_node_after_delays_that_grow() {
            carryOut(job);
            Allocation failed = fail(on("a"));

            Plan wait = carryOut(job);
            now = now.plusSeconds(30);
            Plan anew = carryOut(job);
            fail(on("a"));
            Plan longer = carryOut(job);

            assertThat(wait.placements()).isEmpty();
            assertThat(wait.reschedules()).extracting(DelayedReschedule::at).containsExactly(NOW.plusSeconds(30));
            assertThat(wait.followUpTime()).hasValue(NOW.plusSeconds(30));
            assertThat(placedOn(anew)).containsExactly("a");
            assertThat(anew.placements().get(0).previous().orElseThrow().getId())
                    .isEqualTo(failed.getId());
            assertThat(longer.followUpTime()).hasValue(now.plusSeconds(60));
        }

        @Test
        void whose_tasks_have_succeeded_stays_ended() {
            carryOut(job);
            change(on("a"), one -> one.setClientStatus(ClientStatus.CLIENT_STATUS_COMPLETE));

            assertThat(carryOut(job).changesNothing()).isTrue();
        }

        @Test
        void returns_with_a_lost_node() {
            carryOut(job);
            change(on("b"), one -> one.setClientStatus(ClientStatus.CLIENT_STATUS_LOST));
            cluster.putNode(node("b").setStatus(NodeStatus.NODE_STATUS_DOWN).build());
            assertThat(carryOut(job).changesNothing()).isTrue();

            cluster.putNode(node("b").build());

            assertThat(placedOn(carryOut(job))).containsExactly("b");
        }

        @Test
        void leaves_a_draining_node_last() {
            carryOut(job);
            JobVersion web = version(
                    0,
                    job(group("front", 3, task(100, 100)))
                            .setId("other")
                            .addConstraints(constraint("${node.unique.name}", "=", "a")));
            carryOut(web);
            drain("id-a", Drain.getDefaultInstance());

            assertThat(carryOut(job).changesNothing()).isTrue();
            allocations.values().stream()
                    .filter(one -> one.getJobId().equals("other"))
                    .toList()
                    .forEach(one -> change(one, it -> it.setClientStatus(ClientStatus.CLIENT_STATUS_COMPLETE)));
            assertThat(carryOut(job).stops())
                    .extracting(stop -> stop.allocation().getNodeId())
                    .containsExactly("id-a");
        }

        @Test
        void stays_on_a_draining_node_that_ignores_system_jobs() {
            carryOut(job);
            drain("id-a", Drain.newBuilder().setIgnoreSystemJobs(true).build());

            assertThat(carryOut(job).changesNothing()).isTrue();
        }
    }

    @Nested
    class An_ephemeral_disk {

        @Test
        void that_is_sticky_stays_with_its_data_on_the_node_of_a_failed_allocation() {
            JobVersion job = version(0, sticky(100));
            carryOut(job);
            Allocation failed = fail(only());
            carryOut(job);
            now = now.plusSeconds(30);

            Placement successor = carryOut(job).placements().get(0);

            assertThat(successor.node().getId()).isEqualTo(failed.getNodeId());
            assertThat(successor.dataOf().map(Allocation::getId)).contains(failed.getId());
            assertThat(successor.sticky()).isTrue();
        }

        @Test
        void that_is_sticky_stays_on_its_node_with_a_new_version() {
            carryOut(version(0, sticky(100)));
            Allocation old = only();

            Placement successor = carryOut(version(1, sticky(200))).placements().get(0);

            assertThat(successor.node().getId()).isEqualTo(old.getNodeId());
            assertThat(successor.dataOf().map(Allocation::getId)).contains(old.getId());
        }

        @Test
        void that_is_sticky_waits_for_space_on_its_node_rather_than_begin_empty_on_another_one() {
            carryOut(version(0, sticky(2500)));
            Allocation old = only();

            Plan stop = carryOut(version(1, sticky(2600)));
            Plan anew = carryOut(version(1, sticky(2600)));
            Plan after = carryOut(version(1, sticky(2600)));

            assertThat(stop.stops()).hasSize(1);
            assertThat(stop.placements()).isEmpty();
            assertThat(anew.placements().get(0).node().getId()).isEqualTo(old.getNodeId());
            assertThat(anew.placements().get(0).dataOf().map(Allocation::getId)).contains(old.getId());
            assertThat(after.changesNothing()).isTrue();
        }

        @Test
        void that_is_sticky_begins_without_data_on_another_node_if_its_own_is_lost() {
            JobVersion job = version(0, sticky(100));
            carryOut(job);
            Allocation lost = change(only(), one -> one.setClientStatus(ClientStatus.CLIENT_STATUS_LOST));
            cluster.putNode(cluster.usageOf(lost.getNodeId()).node().toBuilder()
                    .setStatus(NodeStatus.NODE_STATUS_DOWN)
                    .build());

            Placement successor = carryOut(job).placements().get(0);

            assertThat(successor.node().getId()).isNotEqualTo(lost.getNodeId());
            assertThat(successor.dataOf()).isEmpty();
        }

        @Test
        void that_migrates_is_sticky_and_its_data_follows_to_another_node_unless_it_is_lost() {
            Job.Builder migrating = sticky(100);
            migrating
                    .getTaskGroupsBuilder(0)
                    .getEphemeralDiskBuilder()
                    .setSticky(false)
                    .setMigrate(true);
            JobVersion job = version(0, migrating);
            carryOut(job);
            Allocation first = fail(only());
            carryOut(job);
            now = now.plusSeconds(30);
            Placement second = carryOut(job).placements().get(0);
            assertThat(second.node().getId()).isEqualTo(first.getNodeId());
            assertThat(second.sticky()).isTrue();
            Node full = cluster.usageOf(first.getNodeId()).node();
            cluster.putNode(full.toBuilder()
                    .setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE)
                    .build());
            Allocation failed = fail(allocations.values().stream()
                    .filter(one -> one.getClientStatus() != ClientStatus.CLIENT_STATUS_FAILED)
                    .findFirst()
                    .orElseThrow());
            carryOut(job);
            now = now.plusSeconds(60);

            Placement third = carryOut(job).placements().get(0);

            assertThat(third.node().getId()).isNotEqualTo(failed.getNodeId());
            Allocation placed =
                    third.allocation("x", "job", Timestamp.getDefaultInstance()).build();
            assertThat(placed.getDataOfAllocationId()).isEqualTo(failed.getId());
            assertThat(placed.getDataOfNodeId()).isEqualTo(failed.getNodeId());
            Allocation lost = change(
                    allocations.values().stream()
                            .filter(one -> one.getNodeId().equals(third.node().getId()))
                            .findFirst()
                            .orElseThrow(),
                    one -> one.setClientStatus(ClientStatus.CLIENT_STATUS_LOST));
            cluster.putNode(cluster.usageOf(lost.getNodeId()).node().toBuilder()
                    .setStatus(NodeStatus.NODE_STATUS_DOWN)
                    .build());
            assertThat(carryOut(job).placements().get(0).dataOf()).isEmpty();
        }

        @Test
        void is_counted_against_the_disk_of_the_node() {
            for (String name : List.of("a", "b", "c")) {
                Node.Builder small = node(name);
                small.getResourcesBuilder().setDiskMib(500);
                cluster.putNode(small.build());
            }
            TaskGroup.Builder group = group("front", 4, task(100, 100))
                    .setEphemeralDisk(EphemeralDisk.newBuilder().setSizeMib(300));

            Plan plan = carryOut(version(0, job(group)));

            assertThat(placedOn(plan)).containsExactlyInAnyOrder("a", "b", "c");
            assertThat(plan.groups().get(0).failure().orElseThrow().getSummary())
                    .contains("disk");
        }

        private Job.Builder sticky(int cpu) {
            return job(group("front", 1, task(cpu, 100))
                    .setEphemeralDisk(EphemeralDisk.newBuilder().setSticky(true)));
        }
    }

    private static Job.Builder updated(int count, int cpu, int maxParallel, int canary) {
        TaskGroup.Builder group = group("front", count, task(cpu, 100))
                .setUpdate(
                        UpdateStrategy.newBuilder().setMaxParallel(maxParallel).setCanary(canary));
        return job(group);
    }

    private static Job.Builder migrated(int count, int maxParallel) {
        return job(group("front", count, task(100, 100))
                .setMigrate(MigrateStrategy.newBuilder().setMaxParallel(maxParallel)));
    }

    private void runHealthy(JobVersion job) {
        carryOut(job);
        allocations.values().stream()
                .toList()
                .forEach(one -> change(
                        one,
                        it -> it.setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                                .setHealthy(true)));
        carryOut(job);
    }

    /** Plans the job and applies the plan. Stopped allocations end at once. */
    private Plan carryOut(JobVersion job) {
        Plan plan = new Scheduler(MachineUses.NONE).plan(cluster, job, false, now, SchedulerOptions.DEFAULT);
        cluster.putJob(job);
        plan.deployments().forEach(this::put);
        plan.stops()
                .forEach(stop -> change(
                        stop.allocation(),
                        one -> one.setDesiredStatus(DesiredStatus.DESIRED_STATUS_STOP)
                                .setClientStatus(ClientStatus.CLIENT_STATUS_COMPLETE)));
        plan.updates()
                .forEach(update -> change(
                        update.allocation(),
                        one -> one.setJobVersion(job.getVersion())
                                .setDeploymentId(update.deploymentId())
                                .setCanary(false)));
        plan.reschedules()
                .forEach(later -> change(later.allocation(), one -> one.setNextRescheduleTime(timestamp(later.at()))));
        plan.placements().forEach(placement -> place(job, placement));
        return plan;
    }

    private void place(JobVersion job, Placement placement) {
        String id = "%05d".formatted(made++);
        placement.previous().ifPresent(one -> change(one, it -> it.setNextAllocationId(id)));
        placement.dataOf().ifPresent(one -> change(allocations.get(one.getId()), it -> it.setNextAllocationId(id)));
        put(Allocation.newBuilder()
                .setId(id)
                .setJobId(job.getJob().getId())
                .setJobVersion(placement.jobVersion())
                .setTaskGroup(placement.taskGroup())
                .setIndex(placement.index())
                .setNodeId(placement.node().getId())
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                .setClientStatus(ClientStatus.CLIENT_STATUS_PENDING)
                .setDeploymentId(placement.deploymentId())
                .setCanary(placement.canary())
                .addAllRescheduleTimes(placement.history().times())
                .setRescheduleStep(placement.history().step())
                .setSticky(placement.sticky())
                .setCreateIndex(made)
                .setCreateTime(timestamp(now))
                .build());
    }

    private Allocation fail(Allocation allocation) {
        return change(
                allocation,
                one -> one.setClientStatus(ClientStatus.CLIENT_STATUS_FAILED).setModifyTime(timestamp(now)));
    }

    private Allocation change(Allocation allocation, UnaryOperator<Allocation.Builder> change) {
        Allocation changed =
                change.apply(allocations.get(allocation.getId()).toBuilder()).build();
        put(changed);
        return changed;
    }

    private void put(Allocation allocation) {
        allocations.put(allocation.getId(), allocation);
        cluster.putAllocation(allocation);
    }

    private void put(Deployment deployment) {
        deployments.add(deployment);
        cluster.putDeployment(deployment);
    }

    private void promote() {
        Deployment.Builder last = deployments.get(deployments.size() - 1).toBuilder();
        last.getGroupsBuilderList().forEach(group -> group.setPromoted(true));
        put(last.build());
    }

    private void end(JobVersion job, DeploymentStatus status) {
        Deployment last = deployments.get(deployments.size() - 1);
        assertThat(last.getJobVersion()).isEqualTo(job.getVersion());
        put(last.toBuilder().setStatus(status).build());
    }

    private void drain(String nodeId, Drain drain) {
        cluster.putNode(
                cluster.usageOf(nodeId).node().toBuilder().setDrain(drain).build());
    }

    private Allocation only() {
        List<Allocation> live = live();
        assertThat(live).hasSize(1);
        return live.get(0);
    }

    private Allocation on(String node) {
        return live().stream()
                .filter(one -> one.getNodeId().equals("id-" + node))
                .findFirst()
                .orElseThrow();
    }

    private List<Allocation> ofVersion(long version) {
        return live().stream().filter(one -> one.getJobVersion() == version).toList();
    }

    private List<Allocation> live() {
        return allocations.values().stream()
                .filter(AllocationStatuses::isWanted)
                .toList();
    }

    private static List<String> placedOn(Plan plan) {
        return plan.placements().stream().map(one -> one.node().getName()).toList();
    }

    private static Timestamp timestamp(Instant time) {
        return Timestamp.newBuilder().setSeconds(time.getEpochSecond()).build();
    }
}
