package dev.gantry.scheduler.constraint;

import dev.gantry.scheduler.BenchmarkCluster;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Node;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the time to test one node for one constraint, by operator. Each constraint holds, so that it is evaluated
 * whole.
 *
 * <p>Sampled: the median holds on a machine that has other work too, a mean does not.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ConstraintBenchmark {

    /** Attribute, operator and value, with a bar between them. */
    @Param({
        "${attr.kernel.name}|=|linux",
        "${driver.rkt.version}|<|2.0",
        "${attr.cpu.numcores}|<|64",
        "${driver.rkt.version}|version|>= 1.2, < 2",
        "${attr.kernel.version}|regexp|^4\\.[0-9]+",
        "${meta.zones}|set_contains|blue,green",
        "${meta.rack}|is_set|"
    })
    public String constraint;

    private NodeConstraint parsed;
    private Node node;

    /** Reads the constraint. */
    @Setup
    public void read() {
        String[] words = constraint.split("\\|", -1);
        parsed = NodeConstraint.of(Constraint.newBuilder()
                .setAttribute(words[0])
                .setOperator(words[1])
                .setValue(words[2])
                .build());
        node = BenchmarkCluster.node(0);
        if (!parsed.isFulfilledBy(node)) {
            throw new IllegalStateException("%s does not hold for %s".formatted(parsed, node));
        }
    }

    /** Asks. */
    @Benchmark
    public boolean check() {
        return parsed.isFulfilledBy(node);
    }
}
