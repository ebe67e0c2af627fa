package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.v1.Constraint;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads {@code constraint} blocks.
 *
 * <p>As in Nomad, some operators have a key of their own: {@code version = ">= 1.2"} stands for {@code operator =
 * "version"} and {@code value = ">= 1.2"}; likewise {@code semver}, {@code regexp}, {@code set_contains}, {@code
 * set_contains_all}, {@code set_contains_any}, {@code distinct_hosts = true} and {@code distinct_property =
 * "${meta.rack}"}. Unlike Nomad, which lets one silently win, two of them in one block are
 * an error.
 */
final class HclConstraints {

    private static final String DISTINCT_HOSTS = "distinct_hosts";
    private static final String DISTINCT_PROPERTY = "distinct_property";
    /** The operators that have a key of their own. */
    static final List<String> SHORTHANDS = Stream.concat(
                    Keys.COMPARISONS.stream(), Stream.of(DISTINCT_HOSTS, DISTINCT_PROPERTY))
            .toList();

    private HclConstraints() {}

    /** The constraints of a job, group or task, in the order of the file. */
    static List<Constraint> read(Block block) {
        return block.unnamed(Keys.CONSTRAINT).stream()
                .flatMap(constraint -> constraint(constraint).stream())
                .toList();
    }

    /** Reads a constraint; empty for {@code distinct_hosts = false}. */
    static Optional<Constraint> constraint(Block block) {
        List<String> shorthands = SHORTHANDS.stream().filter(block::has).toList();
        if (shorthands.isEmpty()) {
            return Optional.of(written(block));
        }
        String operator = shorthands.get(0);
        refuseBeside(block, operator);
        Constraint.Builder constraint = Constraint.newBuilder().setOperator(operator);
        switch (operator) {
            case DISTINCT_HOSTS -> {
                return block.bool(operator).orElse(false) ? Optional.of(constraint.build()) : Optional.empty();
            }
            case DISTINCT_PROPERTY -> {
                block.text(operator).ifPresent(constraint::setAttribute);
                block.text("value").ifPresent(constraint::setValue);
            }
            default -> {
                block.text("attribute").ifPresent(constraint::setAttribute);
                block.text(operator).ifPresent(constraint::setValue);
            }
        }
        return Optional.of(constraint.build());
    }

    private static Constraint written(Block block) {
        Constraint.Builder constraint = Constraint.newBuilder();
        block.text("attribute").ifPresent(constraint::setAttribute);
        block.text("operator").ifPresent(constraint::setOperator);
        block.text("value").ifPresent(constraint::setValue);
        return constraint.build();
    }

    /** A shorthand sets the operator and one or both operands, so the keys of these must not be set. */
    private static void refuseBeside(Block block, String shorthand) {
        Stream<String> said = switch (shorthand) {
            case DISTINCT_HOSTS -> Stream.of("attribute", "value");
            case DISTINCT_PROPERTY -> Stream.of("attribute");
            default -> Stream.of("value");
        };
        Stream<String> others = SHORTHANDS.stream().filter(other -> !other.equals(shorthand));
        Stream.concat(Stream.concat(Stream.of("operator"), said), others)
                .filter(block::has)
                .findFirst()
                .ifPresent(key -> block.refuse(
                        block.value(key).map(HclValue::position).orElse(block.position()),
                        "%s can't stand beside %s: take one out, or use two constraints".formatted(key, shorthand)));
    }
}
