package dev.gantry.scheduler.constraint;

import static dev.gantry.scheduler.Fixtures.constraint;
import static dev.gantry.scheduler.Fixtures.node;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.Node;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConstraintTest {

    private static final Node NODE = node("n1")
            .setNodeClass("large")
            .putAttributes("kernel.name", "linux")
            .putAttributes("cpu.numcores", "8")
            .putAttributes("driver.rkt.appc.version", "0.8.11")
            .putAttributes("tags", "ssd, gpu ,fast")
            .putAttributes("load", "-0.5")
            .putMeta("rack", "r1")
            .putMeta("wanted.kernel", "linux")
            .build();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "${attr.kernel.name} | = | linux | true",
                "${attr.kernel.name} | == | linux | true",
                "${attr.kernel.name} | is | windows | false",
                "${attr.kernel.name} | '' | linux | true",
                "${attr.kernel.name} | != | windows | true",
                "${attr.kernel.name} | not | linux | false",
                "linux | = | ${attr.kernel.name} | true",
                "${attr.kernel.name} | = | ${meta.wanted.kernel} | true",
                "${node.datacenter}/${meta.rack} | = | dc1/r1 | true",
                "a${meta.rack}b | = | ar1b | true",
                "${node.unique.name} | = | n1 | true",
                "${node.unique.id} | = | id-n1 | true",
                "${node.class} | = | large | true",
                "${driver.rkt.version} | > | 1.2 | true",
                "${driver.rkt.version} | > | 1.9 | true",
                "${driver.rkt.version} | < | 1.100 | true",
                "${driver.rkt.version} | >= | 1.30 | true",
                "${driver.rkt.version} | <= | 1.30 | true",
                "${attr.driver.rkt.version} | version | '>= 1.2, < 2' | true",
                "${driver.rkt.version} | version | ~> 1.2 | true",
                "${driver.rkt.version} | version | ~> 1.2.0 | false",
                "${attr.kernel.name} | version | > 1 | false",
                "${attr.cpu.numcores} | > | 10 | false",
                "${attr.load} | < | 1 | true",
                "${attr.load} | > | -0.75 | true",
                "${attr.kernel.name} | > | beos | true",
                "${attr.kernel.name} | regexp | ^lin | true",
                "${attr.kernel.name} | regexp | ^nux | false",
                "${attr.tags} | set_contains | gpu | true",
                "${attr.tags} | set_contains | 'fast,ssd' | true",
                "${attr.tags} | set_contains | 'ssd,slow' | false",
                "${attr.tags} | set_contains_all | 'fast,ssd' | true",
                "${attr.tags} | set_contains_any | 'slow,ssd' | true",
                "${attr.tags} | set_contains_any | 'slow,hdd' | false",
                "${meta.row} | set_contains_any | 'slow,hdd' | false",
                "${driver.rkt.version} | semver | '>= 1.30.0-beta, < 2' | true",
                "1.31.0-rc.1 | semver | > 1.30.0 | true",
                "1.31.0-rc.1 | version | > 1.30.0 | false",
                "1.31.0rc1 | semver | > 1.30.0 | false",
                "1.31.0rc1 | version | >= 1.31.0-rc | true",
                "${meta.rack} | is_set | '' | true",
                "${meta.row} | is_set | '' | false",
                "${meta.row} | is_not_set | '' | true",
                "${meta.rack} | is_not_set | '' | false",
                "${meta.row} | = | r1 | false",
                "${meta.row} | != | r1 | true",
                "${meta.row} | != | ${meta.column} | false",
                "x${meta.row} | = | x | false",
                "${meta.row} | < | 5 | false",
                "${meta.row} | regexp | .* | false",
                "${meta.row} | version | >= 0 | false",
                "${meta.row} | set_contains | '' | false",
                "${meta.rack} | regexp | ${meta.row} | false",
                "${meta.rack} | regexp | [${meta.rack} | false",
                "${meta.rack} | version | ${meta.rack} | false"
            })
    void operators_and_targets_mean_what_they_mean_in_nomad(
            String attribute, String operator, String value, boolean fulfilled) {
        assertThat(NodeConstraint.of(constraint(attribute, operator, value)).isFulfilledBy(NODE))
                .isEqualTo(fulfilled);
    }

    @Test
    void the_documentations_example_takes_rkt_1_30_0_and_not_1_1_0() {
        NodeConstraint example = NodeConstraint.of(constraint("${driver.rkt.version}", ">", "1.2"));

        assertThat(example.isFulfilledBy(node("new").build())).isTrue();
        assertThat(example.isFulfilledBy(
                        node("old").putAttributes("driver.rkt.version", "1.1.0").build()))
                .isFalse();
    }

    @Property(tries = 300)
    void whole_numbers_have_the_order_of_numbers(
            @ForAll @IntRange(min = -50, max = 50) int left, @ForAll @IntRange(min = -50, max = 50) int right) {
        assertThat(holds(left, ">", right)).isEqualTo(left > right);
        assertThat(holds(left, ">=", right)).isEqualTo(left >= right);
        assertThat(holds(left, "<", right)).isEqualTo(left < right);
        assertThat(holds(left, "<=", right)).isEqualTo(left <= right);
        assertThat(holds(left, "=", right)).isEqualTo(left == right);
        assertThat(holds(left, "!=", right)).isEqualTo(left != right);
    }

    private static boolean holds(int left, String operator, int right) {
        return NodeConstraint.of(constraint("${attr.number}", operator, String.valueOf(right)))
                .isFulfilledBy(
                        node("n").putAttributes("number", String.valueOf(left)).build());
    }
}
