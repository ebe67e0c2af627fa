package dev.gantry.scheduler;

import dev.gantry.restriction.MachineUses;
import dev.gantry.scheduler.plan.Plan;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.v1.Affinity;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Port;
import dev.gantry.v1.Spread;
import dev.gantry.v1.SpreadTarget;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one placement takes in a cluster of 5,000 nodes, each with 100 allocations, all of the plan included.
 *
 * <p>Sampled: the median holds on a machine that has other work too, a mean does not.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class PlacementBenchmark {

    private static final int THOUSAND = 1000;

    /** The number of jobs that take turns, so that placements use different nodes. */
    private static final int JOBS = 1024;

    private static final Instant NOW = Instant.parse("2020-02-02T20:20:20Z");

    /** What the job asks for beside constraints, CPU and memory. */
    public enum Wish {
        /** Nothing. */
        PLAIN,
        /** A static and two dynamic ports. */
        PORTS,
        /** To be spread over racks evenly. */
        SPREAD,
        /** To be spread over datacenters by percentages. */
        TARGETS,
        /** The newest rkt, rather than another. */
        AFFINITY;

        private Job.Builder job(String id, int count) {
            Job.Builder job = BenchmarkCluster.job(
                    id,
                    count,
                    this == PORTS ? new Port[] {port("admin", 9000), port("http", 0), port("rpc", 0)} : new Port[0]);
            switch (this) {
                case PLAIN, PORTS -> {}
                case SPREAD -> job.addSpreads(Spread.newBuilder().setAttribute("${meta.rack}"));
                case TARGETS ->
                    job.addSpreads(Spread.newBuilder()
                            .setAttribute("${node.datacenter}")
                            .addTargets(
                                    SpreadTarget.newBuilder().setValue("dc1").setPercent(70))
                            .addTargets(
                                    SpreadTarget.newBuilder().setValue("dc2").setPercent(30)));
                case AFFINITY ->
                    job.addAffinities(Affinity.newBuilder()
                            .setAttribute("${driver.rkt.version}")
                            .setOperator("version")
                            .setValue(">= 1.30")
                            .setWeight(50));
            }
            return job;
        }

        private static Port port(String label, int number) {
            return Port.newBuilder().setLabel(label).setStaticPort(number).build();
        }
    }

    /** What is asked for. */
    @Param
    public Wish wish;

    private final Scheduler scheduler = new Scheduler(MachineUses.NONE);
    private ClusterState cluster;
    private List<JobVersion> ofOne;
    private List<JobVersion> ofThousand;
    private int turn;

    /** Fills the cluster. */
    @Setup
    public void fill() {
        cluster = BenchmarkCluster.halfFull();
        ofOne = jobs("one-", 1, JOBS);
        ofThousand = jobs("thousand-", THOUSAND, 16);
        if (plan(ofThousand).placements().size() != THOUSAND) {
            throw new IllegalStateException("Not all of the thousand allocations fit");
        }
    }

    /** Plans a job of one allocation. */
    @Benchmark
    public Plan one() {
        return plan(ofOne);
    }

    /** Plans a job of a thousand allocations; the figure is for one of them. */
    @Benchmark
    @OperationsPerInvocation(THOUSAND)
    public Plan ofThousand() {
        return plan(ofThousand);
    }

    private Plan plan(List<JobVersion> jobs) {
        JobVersion job = jobs.get(turn++ % jobs.size());
        return scheduler.plan(cluster, job, false, NOW, SchedulerOptions.DEFAULT);
    }

    private List<JobVersion> jobs(String prefix, int count, int jobs) {
        return IntStream.range(0, jobs)
                .mapToObj(number -> BenchmarkCluster.version(wish.job(prefix + number, count)))
                .toList();
    }
}
