package dev.gantry.cluster.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.gantry.cluster.ClusterFixture;
import dev.gantry.cluster.node.NodeRegistry;
import dev.gantry.model.ProtoTimes;
import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.EvaluationTrigger;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.Port;
import dev.gantry.v1.ReschedulePolicy;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Tests evaluations that fail because of stored data, with a real store and a real scheduler. */
@Timeout(60)
class EvaluationFailureTest {

    private static final int TAKEN_PORT = 8080;

    @TempDir
    Path dir;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private ClusterFixture cluster;
    private EvaluationLoop loop;

    @BeforeEach
    void open() {
        cluster = new ClusterFixture(dir);
        cluster.nodes()
                .register(
                        Node.newBuilder()
                                .setId("roomy")
                                .setName("roomy")
                                .setDatacenter("dc1")
                                .putDrivers(
                                        "rkt",
                                        DriverHealth.newBuilder()
                                                .setHealthy(true)
                                                .build())
                                .setResources(NodeResources.newBuilder()
                                        .setCpu(10_000)
                                        .setMemoryMib(10_000)
                                        .setIp("10.0.0.1")
                                        .setMinDynamicPort(20_000)
                                        .setMaxDynamicPort(20_100))
                                .build(),
                        "secret",
                        "",
                        new NodeRegistry.Proof(true, false))
                .join();
        loop = loop();
        cluster.store().listenToCommits(loop::publish);
        loop.start();
    }

    private EvaluationLoop loop() {
        return new EvaluationLoop(
                cluster.store(),
                cluster.identifiers(),
                cluster.evaluations(),
                new Scheduler(MachineUses.NONE),
                SchedulerOptions.DEFAULT,
                cluster.clocks(),
                thread);
    }

    @AfterEach
    void close() {
        thread.shutdown();
        cluster.close();
    }

    @Test
    void an_evaluation_that_cannot_be_planned_fails_with_the_reason_and_delays_no_other_job() {
        makeUnplannable();
        cluster.submit(job("good", 0));

        Evaluation failed = awaitEvaluation("bad", EvaluationStatus.EVALUATION_STATUS_FAILED);
        assertThat(failed.getStatusDescription())
                .startsWith("After 3 attempts: it could not be planned (java.lang.IndexOutOfBoundsException");
        assertThat(ProtoTimes.toInstantMillis(failed.getFollowUpTime()))
                .isEqualTo(cluster.clock().instant().plus(Duration.ofMinutes(5)));
        awaitEvaluation("good", EvaluationStatus.EVALUATION_STATUS_COMPLETE);
        assertThat(cluster.store().reader().activity().inEvaluation(List.of("bad", "good")))
                .containsExactly("bad");
    }

    @Test
    void a_job_with_a_failed_evaluation_is_evaluated_again_after_a_while() {
        makeUnplannable();
        Evaluation failed = awaitEvaluation("bad", EvaluationStatus.EVALUATION_STATUS_FAILED);
        mend();
        cluster.pass(Duration.ofMinutes(5));
        cluster.submit(job("other", 0));

        Evaluation followUp = awaitEvaluation("bad", EvaluationStatus.EVALUATION_STATUS_COMPLETE);
        assertThat(followUp.getTrigger()).isEqualTo(EvaluationTrigger.EVALUATION_TRIGGER_FAILED_FOLLOW_UP);
        assertThat(cluster.store().reader().evaluations().find(failed.getId()))
                .hasValueSatisfying(
                        old -> assertThat(old.getStatus()).isEqualTo(EvaluationStatus.EVALUATION_STATUS_FAILED));
    }

    @Test
    void a_job_with_a_failed_evaluation_is_evaluated_at_once_when_it_changes() {
        makeUnplannable();
        awaitEvaluation("bad", EvaluationStatus.EVALUATION_STATUS_FAILED);
        mend();

        cluster.submit(job("bad", 0).toBuilder().putMeta("changed", "yes").build());

        assertThat(awaitEvaluation("bad", EvaluationStatus.EVALUATION_STATUS_COMPLETE)
                        .getTrigger())
                .isEqualTo(EvaluationTrigger.EVALUATION_TRIGGER_JOB_SUBMITTED);
    }

    /** Takes the port behind the server's back: H2 shares a database between all that open it in one process. */
    @Test
    void an_evaluation_whose_plan_the_store_refuses_fails_and_its_job_is_placed_once_the_store_accepts_it()
            throws Exception {
        sql("insert into allocated_port (node_id, ip, port, allocation_id, task, label) values ('roomy', '10.0.0.1', "
                + TAKEN_PORT + ", 'none', 'main', 'http')");
        cluster.submit(job("bad", TAKEN_PORT));

        assertThat(awaitEvaluation("bad", EvaluationStatus.EVALUATION_STATUS_FAILED)
                        .getStatusDescription())
                .startsWith("After 3 attempts: its plan could not be stored");
        cluster.submit(job("good", 0));
        awaitEvaluation("good", EvaluationStatus.EVALUATION_STATUS_COMPLETE);
        sql("delete from allocated_port where port = " + TAKEN_PORT);
        cluster.submit(job("bad", TAKEN_PORT));

        awaitEvaluation("bad", EvaluationStatus.EVALUATION_STATUS_COMPLETE);
        assertThat(cluster.store().reader().allocations().liveOnNode("roomy"))
                .extracting(Allocation::getJobId)
                .containsOnlyOnce("bad");
    }

    @Test
    void a_damaged_row_is_logged_with_a_stack_trace_once_and_scheduling_continues_when_it_is_repaired()
            throws Exception {
        cluster.submit(job("bad", 0));
        awaitEvaluation("bad", EvaluationStatus.EVALUATION_STATUS_COMPLETE);
        byte[] whole = cluster.job("bad").getJob().toByteArray();
        sql("update job set spec = x'0a03626164ff' where id = 'bad'");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        Logger logger = (Logger) LoggerFactory.getLogger(EvaluationLoop.class);
        logger.addAppender(log);
        try {
            EvaluationLoop next = loop();
            cluster.store().listen(next::publish);
            next.start();
            eventually().until(() -> log.list.size() > 2);
            sql("update job set spec = x'%s' where id = 'bad'"
                    .formatted(HexFormat.of().formatHex(whole)));
            cluster.submit(job("good", 0));

            awaitEvaluation("good", EvaluationStatus.EVALUATION_STATUS_COMPLETE);
            assertThat(log.list)
                    .filteredOn(event -> event.getLevel() == Level.ERROR)
                    .singleElement()
                    .satisfies(event -> assertThat(event.getThrowableProxy().getMessage())
                            .startsWith("The stored Job bad can't be read"));
        } finally {
            logger.detachAppender(log);
        }
    }

    /** Submits a job with a port that the API would have refused, so that the job cannot be planned. */
    private void makeUnplannable() {
        cluster.submit(job("bad", -1));
    }

    /** Stores the job without an evaluation. */
    private void mend() {
        cluster.store()
                .write(tx -> tx.putJob(
                        cluster.job("bad").toBuilder().setJob(job("bad", 0)).build()))
                .join();
    }

    private Evaluation awaitEvaluation(String jobId, EvaluationStatus status) {
        eventually().until(() -> cluster.newestEvaluation(jobId).getStatus() == status);
        return cluster.newestEvaluation(jobId);
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:h2:file:" + dir.resolve("gantry"))) {
            connection.createStatement().execute(statement);
        }
    }

    private static Job job(String id, int port) {
        Resources.Builder resources = Resources.newBuilder().setCpu(100).setMemoryMib(100);
        if (port != 0) {
            resources.addPorts(Port.newBuilder().setLabel("http").setStaticPort(port));
        }
        return Job.newBuilder()
                .setId(id)
                .setName(id)
                .setType(JobType.JOB_TYPE_SERVICE)
                .setPriority(50)
                .addDatacenters("dc1")
                .addTaskGroups(TaskGroup.newBuilder()
                        .setName("web")
                        .setCount(1)
                        .setReschedule(ReschedulePolicy.newBuilder().setUnlimited(true))
                        .addTasks(Task.newBuilder()
                                .setName("main")
                                .setDriver("rkt")
                                .setResources(resources)))
                .build();
    }
}
