package dev.gantry.cluster;

import static dev.gantry.store.TestIds.id;

import com.google.protobuf.util.Durations;
import dev.gantry.cluster.deployment.DeploymentTransitions;
import dev.gantry.cluster.deployment.DeploymentWatcher;
import dev.gantry.cluster.evaluation.Evaluations;
import dev.gantry.cluster.job.JobRegistry;
import dev.gantry.cluster.job.SubmissionOptions;
import dev.gantry.cluster.node.NodeRegistry;
import dev.gantry.cluster.scheduling.EvaluationLoop;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.store.Store;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DeploymentStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Node;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;

/** A store on disk with a node in it, registries that write to it, and a clock that a test moves. A test starts the scheduler. */
public final class ClusterFixture implements AutoCloseable {

    public static final String NODE = "n1";

    private final Store store;
    private volatile Instant now = Instant.parse("2030-01-01T00:00:00Z");
    private volatile Duration ahead = Duration.ZERO;
    private final InstantSource clock = () -> now.plus(ahead);
    private final Identifiers identifiers = Identifiers.after(new Random(7), List.of());
    private final Evaluations evaluations = new Evaluations(identifiers);
    private final JobRegistry jobs;
    private final NodeRegistry nodes;
    private final DeploymentWatcher deployments;

    public ClusterFixture(Path dir) {
        store = Store.open(dir);
        jobs = new JobRegistry(store, evaluations, clock);
        nodes = new NodeRegistry(store, evaluations, clock);
        deployments = new DeploymentWatcher(store, evaluations, clocks());
        store.listen(deployments::publish);
        nodes.register(
                        Node.newBuilder().setId(NODE).setName("one").build(),
                        "secret",
                        "",
                        new NodeRegistry.Proof(true, false))
                .join();
    }

    public Store store() {
        return store;
    }

    public InstantSource clock() {
        return clock;
    }

    public Clocks clocks() {
        return new Clocks(clock, () -> now);
    }

    /** Sets the clock ahead of the time that has passed, or back to it. */
    public void setClockAhead(Duration time) {
        ahead = time;
    }

    public Identifiers identifiers() {
        return identifiers;
    }

    public Evaluations evaluations() {
        return evaluations;
    }

    /** Starts the evaluation of jobs in a thread of the caller, who shuts it down before the fixture is closed. */
    public EvaluationLoop startLoop(Scheduler scheduler, ScheduledExecutorService thread) {
        EvaluationLoop loop = new EvaluationLoop(
                store, identifiers, evaluations, scheduler, SchedulerOptions.DEFAULT, clocks(), thread);
        store.listenToCommits(loop::publish);
        loop.start();
        return loop;
    }

    public JobRegistry jobs() {
        return jobs;
    }

    public NodeRegistry nodes() {
        return nodes;
    }

    public DeploymentWatcher deployments() {
        return deployments;
    }

    public void pass(Duration time) {
        now = now.plus(time);
    }

    /** Submits a service with one group of this update strategy; the image makes the version. */
    public JobRecord submit(String id, String image, UpdateStrategy.Builder update) {
        submit(Job.newBuilder()
                .setId(id)
                .setType(JobType.JOB_TYPE_SERVICE)
                .putMeta("image", image)
                .addTaskGroups(TaskGroup.newBuilder()
                        .setName("web")
                        .setCount(2)
                        .setUpdate(update.setProgressDeadline(Durations.fromMinutes(10))))
                .build());
        return job(id);
    }

    public void submit(Job job) {
        jobs.submit(job, new SubmissionOptions(Optional.empty(), OptionalLong.empty()))
                .join();
    }

    public JobRecord job(String id) {
        return store.reader().jobs().find(id).orElseThrow();
    }

    /** Stores a deployment of the newest version and its running allocations, as a plan would. */
    public void deploy(JobRecord job, String id, int canaries) {
        Deployment planned = Deployment.newBuilder()
                .setId(id)
                .setJobId(job.getJob().getId())
                .setJobVersion(job.getVersion())
                .setStatus(DeploymentStatus.DEPLOYMENT_STATUS_RUNNING)
                .addGroups(DeploymentGroup.newBuilder()
                        .setTaskGroup("web")
                        .setDesiredCanaries(canaries)
                        .setDesiredTotal(2))
                .build();
        store.write(tx -> {
                    tx.putDeployment(DeploymentTransitions.begin(planned, job.getJob(), clock.instant()));
                    for (int index = 0; index < 2; index++) {
                        tx.insertAllocation(allocation(id(id + "a" + index), job, index).toBuilder()
                                .setDeploymentId(id)
                                .build());
                    }
                    return null;
                })
                .join();
    }

    public Allocation insert(Allocation allocation) {
        return store.write(tx -> tx.insertAllocation(allocation)).join();
    }

    public static Allocation allocation(String id, JobRecord job, int index) {
        return Allocation.newBuilder()
                .setId(id)
                .setName("%s.web[%d]".formatted(job.getJob().getId(), index))
                .setJobId(job.getJob().getId())
                .setJobVersion(job.getVersion())
                .setTaskGroup("web")
                .setIndex(index)
                .setNodeId(NODE)
                .setNodeName("one")
                .setDesiredStatus(DesiredStatus.DESIRED_STATUS_RUN)
                .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                .build();
    }

    public void report(String allocationId, ClientStatus status) {
        report(AllocationUpdate.newBuilder()
                .setAllocationId(allocationId)
                .setClientStatus(status)
                .build());
    }

    public void reportHealth(String allocationId, boolean healthy) {
        report(AllocationUpdate.newBuilder()
                .setAllocationId(allocationId)
                .setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                .setHealthy(healthy)
                .build());
    }

    public Deployment deployment(String id) {
        return store.reader().deployments().find(id).orElseThrow();
    }

    public Evaluation newestEvaluation(String jobId) {
        return store.reader().evaluations().newestOf(jobId).orElseThrow();
    }

    public Allocation allocation(String id) {
        return store.reader().allocations().find(id).orElseThrow();
    }

    @Override
    public void close() {
        store.close();
    }

    private void report(AllocationUpdate update) {
        nodes.updateAllocations(NODE, List.of(update), () -> true).join();
    }
}
