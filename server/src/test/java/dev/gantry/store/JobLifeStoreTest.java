package dev.gantry.store;

import static dev.gantry.store.TestIds.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import dev.gantry.store.GarbageSearch.Found;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Node;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests how deployments, stable versions, child jobs and evaluations are stored, listed and deleted. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class JobLifeStoreTest {

    @Parameter
    private TestDatabase database;

    @TempDir
    Path dir;

    private Store store;

    @BeforeEach
    void open() {
        store = database.open(dir);
        store.write(tx -> tx.insertNode(
                        Node.newBuilder().setId("n1").setName("one").build(), ByteString.EMPTY))
                .join();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void the_greatest_ids_include_allocations_and_evaluations_but_no_deployments() {
        put(job("web", 0));
        assertThat(store.reader().greatestIds()).isEmpty();

        store.write(tx -> tx.putDeployment(deployment("ffffffff", 0))).join();
        store.write(tx -> tx.putEvaluation(evaluation(id("e1"), "web", EvaluationStatus.EVALUATION_STATUS_COMPLETE)))
                .join();

        assertThat(store.reader().greatestIds()).containsExactly(id("e1"));
    }

    @Test
    void deployments_are_published_and_found_by_job_and_status() {
        put(job("web", 0));
        List<ChangeSet> changes = new CopyOnWriteArrayList<>();
        store.listen(changes::add);

        Deployment first =
                store.write(tx -> tx.putDeployment(deployment("d1", 0))).join();
        store.write(tx -> tx.putDeployment(first.toBuilder()
                        .setStatus(DeploymentStatus.DEPLOYMENT_STATUS_CANCELED)
                        .build()))
                .join();
        store.write(tx -> tx.putDeployment(deployment("d2", 1))).join();

        assertThat(store.reader().deployments().newestOf("web").map(Deployment::getId))
                .contains("d2");
        assertThat(store.reader().deployments().running())
                .extracting(Deployment::getId)
                .containsExactly("d2");
        assertThat(store.reader().deployments().newest())
                .extracting(Deployment::getId)
                .containsExactly("d2");
        assertThat(store.reader().deployments().changed("web", ChangeCursor.after(0), 10))
                .extracting(Deployment::getId)
                .containsExactly("d1", "d2");
        assertThat(changes).extracting(ChangeSet::deployments).hasSize(3).doesNotContain(List.of());
    }

    @Test
    void the_newest_stable_version_below_another_is_found() {
        put(job("web", 0));
        put(job("web", 1));
        put(job("web", 2));
        store.write(tx -> {
                    tx.markStable("web", 0);
                    tx.markStable("web", 1);
                    return null;
                })
                .join();

        assertThat(store.reader().jobs().stableVersion("web", 2).map(JobRecord::getVersion))
                .contains(1L);
        assertThat(store.reader().jobs().stableVersion("web", 1).map(JobRecord::getVersion))
                .contains(0L);
        assertThat(store.reader().jobs().stableVersion("web", 0)).isEmpty();
        assertThat(store.reader().jobs().find("web").orElseThrow().getStable()).isFalse();
    }

    @Test
    void marking_the_newest_version_as_stable_is_published_and_keeps_its_modify_index() {
        JobRecord web = put(job("web", 0));
        List<ChangeSet> changes = new CopyOnWriteArrayList<>();
        store.listen(changes::add);

        store.write(tx -> {
                    tx.markStable("web", 0);
                    return null;
                })
                .join();

        assertThat(changes.get(0).jobs())
                .containsExactly(web.toBuilder().setStable(true).build());
        assertThat(store.reader().jobs().find("web"))
                .contains(web.toBuilder().setStable(true).build());
    }

    @Test
    void a_child_is_live_while_it_runs_or_waits() {
        put(job("nightly", 0));
        assertThat(store.reader().activity().hasLiveChild("nightly")).isFalse();
        put(child("nightly/periodic-1"));
        assertThat(store.reader().activity().hasLiveChild("nightly")).isFalse();

        Evaluation waiting = store.write(tx -> tx.putEvaluation(
                        evaluation(id("e1"), "nightly/periodic-1", EvaluationStatus.EVALUATION_STATUS_PENDING)))
                .join();
        assertThat(store.reader().activity().hasLiveChild("nightly")).isTrue();
        store.write(tx -> {
                    tx.putEvaluation(waiting.toBuilder()
                            .setStatus(EvaluationStatus.EVALUATION_STATUS_COMPLETE)
                            .build());
                    return tx.insertAllocation(allocation(id("a1"), "nightly/periodic-1"));
                })
                .join();
        assertThat(store.reader().activity().hasLiveChild("nightly")).isTrue();
        end(id("a1"), ClientStatus.CLIENT_STATUS_COMPLETE, DesiredStatus.DESIRED_STATUS_RUN);
        assertThat(store.reader().activity().hasLiveChild("nightly")).isFalse();
    }

    @Test
    void a_child_is_live_while_it_waits_for_a_reschedule() {
        put(job("nightly", 0));
        put(child("nightly/periodic-1"));
        Allocation failed = store.write(tx -> tx.insertAllocation(allocation(id("a1"), "nightly/periodic-1").toBuilder()
                        .setClientStatus(ClientStatus.CLIENT_STATUS_FAILED)
                        .setNextRescheduleTime(Timestamps.fromMillis(1))
                        .build()))
                .join();
        assertThat(store.reader().activity().hasLiveChild("nightly")).isTrue();

        store.write(tx -> tx.updateClient(
                        failed.toBuilder().clearNextRescheduleTime().build()))
                .join();
        assertThat(store.reader().activity().hasLiveChild("nightly")).isFalse();
    }

    @Test
    void the_last_launch_of_a_periodic_job_is_remembered() {
        put(job("nightly", 0));
        store.write(tx -> {
                    tx.putPeriodicLaunch("nightly", Instant.ofEpochSecond(10));
                    tx.putPeriodicLaunch("nightly", Instant.ofEpochSecond(20));
                    return null;
                })
                .join();

        assertThat(store.reader().jobs().periodicLaunches())
                .containsExactly(entry("nightly", Instant.ofEpochSecond(20)));
    }

    @Test
    void evaluations_of_a_job_come_in_pages_newest_first() {
        put(job("web", 0));
        for (String id : List.of(id("e1"), id("e2"), id("e3"))) {
            store.write(tx -> tx.putEvaluation(evaluation(id, "web", EvaluationStatus.EVALUATION_STATUS_COMPLETE)))
                    .join();
        }

        List<Evaluation> page = store.reader().evaluations().page("web", Long.MAX_VALUE, "", 2);

        assertThat(page).extracting(Evaluation::getId).containsExactly(id("e3"), id("e2"));
        assertThat(store.reader().evaluations().page("web", page.get(1).getCreateIndex(), id("e2"), 2))
                .extracting(Evaluation::getId)
                .containsExactly(id("e1"));
        assertThat(store.reader().evaluations().findLike("e")).hasSize(2);
    }

    @Test
    void terminal_evaluations_are_deleted_except_the_newest_of_their_job() {
        put(job("web", 0));
        for (String id : List.of(id("e1"), id("e2"))) {
            store.write(tx -> tx.putEvaluation(evaluation(id, "web", EvaluationStatus.EVALUATION_STATUS_COMPLETE)))
                    .join();
        }

        Found found = store.garbageSearch().evaluations(Long.MAX_VALUE, 10);
        int deleted =
                store.write(tx -> tx.beginDeletion().evaluations(found.ids())).join();

        assertThat(deleted).isEqualTo(1);
        assertThat(store.reader().evaluations().find(id("e1"))).isEmpty();
        assertThat(store.reader().evaluations().find(id("e2"))).isPresent();
    }

    @Test
    void terminal_allocations_are_deleted_except_the_newest_and_those_that_decide_an_index() {
        put(job("web", 0));
        for (String id : List.of(id("a1"), id("a2"), id("a3"), id("a4"))) {
            store.write(tx -> tx.insertAllocation(allocation(id, "web"))).join();
        }
        end(id("a1"), ClientStatus.CLIENT_STATUS_COMPLETE, DesiredStatus.DESIRED_STATUS_STOP);
        end(id("a2"), ClientStatus.CLIENT_STATUS_COMPLETE, DesiredStatus.DESIRED_STATUS_RUN);
        end(id("a3"), ClientStatus.CLIENT_STATUS_COMPLETE, DesiredStatus.DESIRED_STATUS_STOP);

        List<String> found =
                store.garbageSearch().allocations(Long.MAX_VALUE, 1, 10).ids();
        store.write(tx -> tx.beginDeletion().allocations(found)).join();

        assertThat(store.reader().allocations().find(id("a1"))).isEmpty();
        assertThat(store.reader().allocations().find(id("a2"))).isPresent();
        assertThat(store.reader().allocations().find(id("a3"))).isPresent();
        assertThat(store.reader().allocations().find(id("a4"))).isPresent();
    }

    @Test
    void old_versions_are_deleted_except_running_ones_and_the_newest_stable_one() {
        for (int version = 0; version < 6; version++) {
            put(job("web", version));
        }
        store.write(tx -> {
                    tx.markStable("web", 0);
                    tx.markStable("web", 1);
                    return tx.insertAllocation(allocation(id("a1"), "web").toBuilder()
                            .setJobVersion(2)
                            .build());
                })
                .join();

        List<String> found = store.garbageSearch().jobsWithOldVersions(2, 100).ids();
        assertThat(found).containsExactly("web");
        store.write(tx -> tx.beginDeletion().jobVersions(found, 2)).join();

        assertThat(store.reader().jobs().versions("web", Long.MAX_VALUE, 10))
                .extracting(JobRecord::getVersion)
                .containsExactly(5L, 4L, 2L, 1L);
    }

    @Test
    void dead_jobs_are_deleted_with_all_their_objects_and_listeners_are_told() {
        put(job("web", 0).toBuilder().setStopped(true).build());
        put(job("runs", 0));
        put(batch("done"));
        store.write(tx -> {
                    tx.insertAllocation(allocation(id("a1"), "done"));
                    return tx.putEvaluation(evaluation(id("e1"), "done", EvaluationStatus.EVALUATION_STATUS_COMPLETE));
                })
                .join();
        end(id("a1"), ClientStatus.CLIENT_STATUS_COMPLETE, DesiredStatus.DESIRED_STATUS_RUN);
        List<ChangeSet> changes = new CopyOnWriteArrayList<>();
        store.listen(changes::add);

        List<String> found = store.garbageSearch().jobs(Long.MAX_VALUE - 1, 10).ids();
        int deleted = store.write(tx -> tx.beginDeletion().jobs(found, Long.MAX_VALUE - 1))
                .join();

        assertThat(deleted).isEqualTo(2);
        assertThat(store.reader().jobs().page("", "", 10))
                .extracting(job -> job.getJob().getId())
                .containsExactly("runs");
        assertThat(store.reader().allocations().find(id("a1"))).isEmpty();
        assertThat(changes.get(0).removedJobs()).containsExactlyInAnyOrder("web", "done");
    }

    @Test
    void a_dead_job_stays_until_all_its_objects_are_old_enough() {
        put(batch("done"));
        long young = store.write(tx -> tx.insertAllocation(allocation(id("a1"), "done")))
                .join()
                .getModifyIndex();
        end(id("a1"), ClientStatus.CLIENT_STATUS_COMPLETE, DesiredStatus.DESIRED_STATUS_RUN);

        assertThat(store.garbageSearch().jobs(young, 10).ids()).isEmpty();
        assertThat(store.write(tx -> tx.beginDeletion().jobs(List.of("done"), young))
                        .join())
                .isZero();
    }

    @Test
    void a_batch_job_that_waits_for_a_reschedule_is_not_dead_until_it_is_stopped() {
        put(batch("waits"));
        store.write(tx -> tx.insertAllocation(allocation(id("a1"), "waits").toBuilder()
                        .setClientStatus(ClientStatus.CLIENT_STATUS_FAILED)
                        .setNextRescheduleTime(Timestamps.fromMillis(0))
                        .build()))
                .join();

        assertThat(store.garbageSearch().jobs(Long.MAX_VALUE - 1, 10).ids()).isEmpty();
        assertThat(store.write(tx -> tx.beginDeletion().jobs(List.of("waits"), Long.MAX_VALUE - 1))
                        .join())
                .isZero();

        store.write(tx -> tx.putJob(tx.reader().jobs().find("waits").orElseThrow().toBuilder()
                        .setStopped(true)
                        .build()))
                .join();
        assertThat(store.garbageSearch().jobs(Long.MAX_VALUE - 1, 10).ids()).containsExactly("waits");
    }

    @Test
    void an_allocation_that_waits_for_a_reschedule_stays_until_it_has_a_successor() {
        put(job("web", 0));
        store.write(tx -> tx.insertAllocation(allocation(id("a1"), "web").toBuilder()
                        .setClientStatus(ClientStatus.CLIENT_STATUS_FAILED)
                        .setNextRescheduleTime(Timestamps.fromMillis(0))
                        .build()))
                .join();
        assertThat(store.garbageSearch().allocations(Long.MAX_VALUE, 0, 10).ids())
                .isEmpty();

        store.write(tx -> tx.updateClient(tx.reader().allocations().find(id("a1")).orElseThrow().toBuilder()
                        .clearNextRescheduleTime()
                        .setNextAllocationId(id("a2"))
                        .build()))
                .join();

        assertThat(store.garbageSearch().allocations(Long.MAX_VALUE, 0, 10).ids())
                .containsExactly(id("a1"));
    }

    @Test
    void objects_that_stay_do_not_hide_later_ones_from_the_search() {
        put(job("web", 0));
        for (String id : List.of(id("a1"), id("a2"), id("a3"), id("a4"))) {
            store.write(tx -> tx.insertAllocation(allocation(id, "web"))).join();
        }
        end(id("a1"), ClientStatus.CLIENT_STATUS_FAILED, DesiredStatus.DESIRED_STATUS_RUN);
        end(id("a2"), ClientStatus.CLIENT_STATUS_FAILED, DesiredStatus.DESIRED_STATUS_RUN);
        end(id("a3"), ClientStatus.CLIENT_STATUS_FAILED, DesiredStatus.DESIRED_STATUS_STOP);
        GarbageSearch search = store.garbageSearch();

        assertThat(search.allocations(Long.MAX_VALUE, 0, 2)).isEqualTo(new Found(List.of(), false));
        assertThat(search.allocations(Long.MAX_VALUE, 0, 2)).isEqualTo(new Found(List.of(id("a3")), true));
        assertThat(search.allocations(Long.MAX_VALUE, 0, 2)).isEqualTo(new Found(List.of(), false));

        put(job("a-service", 0));
        put(job("b-stopped", 0).toBuilder().setStopped(true).build());
        store.write(tx -> tx.insertAllocation(allocation(id("a5"), "a-service")))
                .join();
        end(id("a5"), ClientStatus.CLIENT_STATUS_COMPLETE, DesiredStatus.DESIRED_STATUS_RUN);

        assertThat(search.jobs(Long.MAX_VALUE - 1, 1)).isEqualTo(new Found(List.of(), false));
        assertThat(search.jobs(Long.MAX_VALUE - 1, 1)).isEqualTo(new Found(List.of("b-stopped"), false));
        assertThat(search.jobs(Long.MAX_VALUE - 1, 1)).isEqualTo(new Found(List.of(), false));
        assertThat(search.jobs(Long.MAX_VALUE - 1, 1)).isEqualTo(new Found(List.of(), true));
    }

    @Test
    void a_dead_job_that_was_submitted_again_meanwhile_stays() {
        put(job("web", 0).toBuilder().setStopped(true).build());
        long upTo = store.reader().lastIndex();
        List<String> found = store.garbageSearch().jobs(upTo, 10).ids();
        assertThat(found).containsExactly("web");
        put(job("web", 1));

        assertThat(store.write(tx -> tx.beginDeletion().jobs(found, upTo)).join())
                .isZero();
        assertThat(store.reader().jobs().find("web")).isPresent();
    }

    private JobRecord put(JobRecord job) {
        return store.write(tx -> {
                    long createIndex = tx.reader()
                            .jobs()
                            .find(job.getJob().getId())
                            .map(JobRecord::getCreateIndex)
                            .orElse(0L);
                    return tx.putJobVersion(
                            job.toBuilder().setCreateIndex(createIndex).build());
                })
                .join();
    }

    private void end(String allocationId, ClientStatus status, DesiredStatus desired) {
        if (desired == DesiredStatus.DESIRED_STATUS_STOP) {
            store.write(tx -> tx.updateDesired(tx.reader().allocations().find(allocationId).orElseThrow().toBuilder()
                            .setDesiredStatus(desired)
                            .build()))
                    .join();
        }
        store.write(tx -> tx.updateClient(tx.reader().allocations().find(allocationId).orElseThrow().toBuilder()
                        .setClientStatus(status)
                        .build()))
                .join();
    }

    private static JobRecord job(String id, long version) {
        return JobRecord.newBuilder()
                .setJob(Job.newBuilder().setId(id).setPriority((int) version))
                .setVersion(version)
                .setSubmitTime(Timestamps.fromMillis(1))
                .build();
    }

    private static JobRecord batch(String id) {
        return JobRecord.newBuilder()
                .setJob(Job.newBuilder().setId(id).setType(JobType.JOB_TYPE_BATCH))
                .build();
    }

    private static JobRecord child(String id) {
        return JobRecord.newBuilder()
                .setJob(Job.newBuilder().setId(id).setParentId("nightly"))
                .build();
    }

    private static Deployment deployment(String id, long version) {
        return Deployment.newBuilder()
                .setId(id)
                .setJobId("web")
                .setJobVersion(version)
                .setStatus(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING)
                .build();
    }

    private static Evaluation evaluation(String id, String jobId, EvaluationStatus status) {
        return Evaluation.newBuilder()
                .setId(id)
                .setJobId(jobId)
                .setStatus(status)
                .build();
    }

    private static Allocation allocation(String id, String jobId) {
        return Allocation.newBuilder()
                .setId(id)
                .setJobId(jobId)
                .setNodeId("n1")
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                .build();
    }
}
