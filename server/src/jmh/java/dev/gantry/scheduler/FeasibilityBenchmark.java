package dev.gantry.scheduler;

import dev.gantry.v1.Job;
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
 * What it takes to find out whether one node may run a group with two constraints.
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
        classes = cluster.memory().classes(ask());
        cluster.rooms().forEach(classes::judge);
    }

    /** The node has been judged before by the same ask. */
    @Benchmark
    public boolean warm() {
        return classes.judge(next()).isRefused();
    }

    /** So has it, but the job is another one: what it asks is read, and looked up. */
    @Benchmark
    public boolean warmForAnotherJob() {
        return cluster.memory().classes(ask()).judge(next()).isRefused();
    }

    /** The node has just changed; another one of its class has been tested. */
    @Benchmark
    public boolean warmClassOfNewNode() {
        NodeRoom node = next();
        classes.forget(node.position());
        return classes.judge(node).isRefused();
    }

    /** Nothing is known: the ask is read and the node tested. */
    @Benchmark
    public boolean cold() {
        return new NodeClasses(ask(), Patience.ENDLESS).judge(next()).isRefused();
    }

    private NodeAsk ask() {
        return NodeAsk.of(job, job.getTaskGroups(0));
    }

    private NodeRoom next() {
        return cluster.rooms().get(turn++ % BenchmarkCluster.NODES);
    }
}
