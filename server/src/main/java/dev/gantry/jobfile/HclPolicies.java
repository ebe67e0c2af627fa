package dev.gantry.jobfile;

import dev.gantry.v1.DelayFunction;
import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.MigrateStrategy;
import dev.gantry.v1.ReschedulePolicy;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code update}, {@code migrate}, {@code restart} and {@code reschedule} blocks.
 *
 * <p>As in Nomad, the keys of the job's {@code update}, {@code migrate} and {@code reschedule} blocks hold for each key
 * that a group's own block does not set.
 */
final class HclPolicies {

    private static final Map<String, HealthCheck> HEALTH_CHECKS =
            Map.of("checks", HealthCheck.HEALTH_CHECK_CHECKS, "task_states", HealthCheck.HEALTH_CHECK_TASK_STATES);
    private static final Map<String, HealthCheck> UPDATE_HEALTH_CHECKS = Map.of(
            "checks", HealthCheck.HEALTH_CHECK_CHECKS,
            "task_states", HealthCheck.HEALTH_CHECK_TASK_STATES,
            "manual", HealthCheck.HEALTH_CHECK_MANUAL);
    private static final Map<String, RestartMode> MODES =
            Map.of("fail", RestartMode.RESTART_MODE_FAIL, "delay", RestartMode.RESTART_MODE_DELAY);
    private static final Map<String, DelayFunction> DELAY_FUNCTIONS = Map.of(
            "constant", DelayFunction.DELAY_FUNCTION_CONSTANT,
            "exponential", DelayFunction.DELAY_FUNCTION_EXPONENTIAL,
            "fibonacci", DelayFunction.DELAY_FUNCTION_FIBONACCI);

    private HclPolicies() {}

    /** Reads the job's own update strategy. */
    static Optional<UpdateStrategy> update(Block job) {
        return job.single(Keys.UPDATE).map(block -> update(block, UpdateStrategy.newBuilder()));
    }

    /** Reads the job's own migrate strategy. */
    static Optional<MigrateStrategy> migrate(Block job) {
        return job.single(Keys.MIGRATE).map(block -> migrate(block, MigrateStrategy.newBuilder()));
    }

    /** Sets the policies of a group from its own blocks and those of its job. */
    static void read(Block job, Block block, TaskGroup.Builder group) {
        block.single(Keys.UPDATE).map(own -> update(job, own)).ifPresent(group::setUpdate);
        block.single(Keys.MIGRATE)
                .map(own -> migrate(
                        own, migrate(job).map(MigrateStrategy::toBuilder).orElseGet(MigrateStrategy::newBuilder)))
                .ifPresent(group::setMigrate);
        block.single(Keys.RESTART).map(HclPolicies::restart).ifPresent(group::setRestart);
        readReschedule(job, group);
        readReschedule(block, group);
    }

    /** Sets the reschedule policy of a group from its job's block. */
    static void readReschedule(Block job, TaskGroup.Builder group) {
        job.single(Keys.RESCHEDULE).ifPresent(block -> reschedule(block, group.getRescheduleBuilder()));
    }

    private static UpdateStrategy update(Block job, Block own) {
        UpdateStrategy merged =
                update(own, update(job).map(UpdateStrategy::toBuilder).orElseGet(UpdateStrategy::newBuilder));
        // A group that opts out of deployments by max_parallel = 0 does not ask for the canaries of its job.
        return own.has("max_parallel") && merged.getMaxParallel() == 0 && !own.has("canary")
                ? merged.toBuilder().clearCanary().build()
                : merged;
    }

    private static UpdateStrategy update(Block block, UpdateStrategy.Builder update) {
        block.integer("max_parallel", 0, Integer.MAX_VALUE).ifPresent(update::setMaxParallel);
        block.word("health_check", UPDATE_HEALTH_CHECKS).ifPresent(update::setHealthCheck);
        block.duration("min_healthy_time").ifPresent(update::setMinHealthyTime);
        block.duration("healthy_deadline").ifPresent(update::setHealthyDeadline);
        block.duration("progress_deadline").ifPresent(update::setProgressDeadline);
        block.bool("auto_revert").ifPresent(update::setAutoRevert);
        block.bool("auto_promote").ifPresent(update::setAutoPromote);
        block.integer("canary", 0, Integer.MAX_VALUE).ifPresent(update::setCanary);
        block.duration("stagger").ifPresent(update::setStagger);
        return update.build();
    }

    private static MigrateStrategy migrate(Block block, MigrateStrategy.Builder migrate) {
        block.integer("max_parallel", 0, Integer.MAX_VALUE).ifPresent(migrate::setMaxParallel);
        block.word("health_check", HEALTH_CHECKS).ifPresent(migrate::setHealthCheck);
        block.duration("min_healthy_time").ifPresent(migrate::setMinHealthyTime);
        block.duration("healthy_deadline").ifPresent(migrate::setHealthyDeadline);
        return migrate.build();
    }

    /** Reads a {@code restart} block. */
    static RestartPolicy restart(Block block) {
        RestartPolicy.Builder restart = RestartPolicy.newBuilder();
        block.integer("attempts", 0, Integer.MAX_VALUE).ifPresent(restart::setAttempts);
        block.duration("interval").ifPresent(restart::setInterval);
        block.duration("delay").ifPresent(restart::setDelay);
        block.word("mode", MODES).ifPresent(restart::setMode);
        // Each start renders the task's templates, whatever it says; only its type is checked.
        block.bool("render_templates");
        return restart.build();
    }

    private static void reschedule(Block block, ReschedulePolicy.Builder reschedule) {
        block.integer("attempts", 0, Integer.MAX_VALUE).ifPresent(reschedule::setAttempts);
        block.duration("interval").ifPresent(reschedule::setInterval);
        block.duration("delay").ifPresent(reschedule::setDelay);
        block.word("delay_function", DELAY_FUNCTIONS).ifPresent(reschedule::setDelayFunction);
        block.duration("max_delay").ifPresent(reschedule::setMaxDelay);
        block.bool("unlimited").ifPresent(reschedule::setUnlimited);
    }
}
