package dev.gantry.scheduler;

import dev.gantry.v1.Job;
import dev.gantry.v1.Node;
import java.util.List;
import java.util.Optional;
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

/** What it takes to find out whether one node may run a group with two constraints. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FeasibilityBenchmark {

    private final Job job =
            BenchmarkCluster.version(BenchmarkCluster.job("job", 1)).getJob();
    private final List<Node> nodes = IntStream.range(0, BenchmarkCluster.NODES)
            .mapToObj(BenchmarkCluster::node)
            .toList();
    private final Feasibility warm = new Feasibility(job, job.getTaskGroups(0));
    private int turn;

    /** Tests a node of each class. */
    @Setup
    public void warmUp() {
        nodes.forEach(warm::refusal);
    }

    /** The class of the node has been tested. */
    @Benchmark
    public Optional<Refusal> warm() {
        return warm.refusal(nodes.get(turn++ % nodes.size()));
    }

    /** Nothing is known: the job is read and the node tested. */
    @Benchmark
    public Optional<Refusal> cold() {
        return new Feasibility(job, job.getTaskGroups(0)).refusal(nodes.get(turn++ % nodes.size()));
    }
}
