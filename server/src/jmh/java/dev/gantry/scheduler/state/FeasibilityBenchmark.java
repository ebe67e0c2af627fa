package dev.gantry.scheduler.state;

import dev.gantry.scheduler.BenchmarkCluster;
import dev.gantry.scheduler.constraint.NodeRequirements;
import dev.gantry.v1.Job;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the time to decide whether one node may run a group with two constraints.
 *
 * <p>Sampled: the median holds on a machine that has other work too, a mean does not.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FeasibilityBenchmark {

    private final Job job =
            BenchmarkCluster.version(BenchmarkCluster.job("job", 1)).getJob();
    private final ClusterState cluster = new ClusterState();
    private NodeClasses classes;
    private int turn;

    /** Tests a node of each class. */
    @Setup
    public void warmUp() {
        IntStream.range(0, BenchmarkCluster.NODES)
                .mapToObj(BenchmarkCluster::node)
                .forEach(cluster::putNode);
        classes = cluster.cache().classes(requirements());
        cluster.nodes().forEach(classes::judge);
    }

    /** The node was tested before for the same requirements. */
    @Benchmark
    public boolean warm() {
        return classes.judge(next()).isRefused();
    }

    /** The job is another one with the same requirements: they are collected and looked up. */
    @Benchmark
    public boolean warmForAnotherJob() {
        return cluster.cache().classes(requirements()).judge(next()).isRefused();
    }

    /** The node has just changed; another one of its class has been tested. */
    @Benchmark
    public boolean warmClassOfNewNode() {
        NodeUsage node = next();
        classes.forget(node.position());
        return classes.judge(node).isRefused();
    }

    /** Nothing is cached: the requirements are parsed and the node is tested. */
    @Benchmark
    public boolean cold() {
        return new NodeClasses(requirements(), PlanDeadline.NONE).judge(next()).isRefused();
    }

    private NodeRequirements requirements() {
        return NodeRequirements.of(job, job.getTaskGroups(0), Map.of());
    }

    private NodeUsage next() {
        return cluster.nodes().get(turn++ % BenchmarkCluster.NODES);
    }
}
