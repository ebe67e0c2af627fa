package dev.gantry.jobfile;

import dev.gantry.v1.Affinity;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Spread;
import dev.gantry.v1.SpreadTarget;
import java.util.List;

/** Reads {@code affinity} and {@code spread} blocks. */
final class HclPreferences {

    private static final int HIGHEST_WEIGHT = 100;

    private HclPreferences() {}

    /** The affinities of a job, group or task, in the order of the file; they have the shorthands of constraints. */
    static List<Affinity> affinities(Block block) {
        return block.unnamed(Keys.AFFINITY).stream()
                .map(HclPreferences::affinity)
                .toList();
    }

    /** The spreads of a job or group, in the order of the file. */
    static List<Spread> spreads(Block block) {
        return block.unnamed(Keys.SPREAD).stream().map(HclPreferences::spread).toList();
    }

    private static Affinity affinity(Block block) {
        Constraint condition = HclConstraints.constraint(block).orElseThrow();
        Affinity.Builder affinity = Affinity.newBuilder()
                .setAttribute(condition.getAttribute())
                .setOperator(condition.getOperator())
                .setValue(condition.getValue());
        block.integer("weight", -HIGHEST_WEIGHT, HIGHEST_WEIGHT).ifPresent(affinity::setWeight);
        block.value("weight")
                .filter(Values::isZero)
                .ifPresent(value -> block.refuse(
                        value.position(), "weight must not be 0, which would change nothing: take the affinity out"));
        return affinity.build();
    }

    private static Spread spread(Block block) {
        Spread.Builder spread = Spread.newBuilder();
        block.text("attribute").ifPresent(spread::setAttribute);
        block.integer("weight", 1, HIGHEST_WEIGHT).ifPresent(spread::setWeight);
        block.named(Keys.TARGET).forEach(target -> spread.addTargets(target(target)));
        return spread.build();
    }

    private static SpreadTarget target(Block block) {
        SpreadTarget.Builder target = SpreadTarget.newBuilder().setValue(block.name());
        block.integer("percent", 0, 100).ifPresent(target::setPercent);
        return target.build();
    }
}
