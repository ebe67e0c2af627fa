package dev.gantry.model;

import com.google.protobuf.Duration;
import dev.gantry.v1.DelayFunction;
import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.JobType;
import dev.gantry.v1.MigrateStrategy;
import dev.gantry.v1.ReschedulePolicy;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.TaskGroupOrBuilder;
import dev.gantry.v1.TaskOrBuilder;
import dev.gantry.v1.UpdateStrategy;

/**
 * Nomad's defaults of the {@code update}, {@code migrate}, {@code reschedule} and {@code restart} blocks of a group.
 * Some depend on the type of the job.
 */
public final class PolicyDefaults {

    private static final int MAX_PARALLEL = 1;
    private static final Duration MIN_HEALTHY_TIME = seconds(10);
    private static final Duration HEALTHY_DEADLINE = seconds(5 * 60);
    private static final Duration PROGRESS_DEADLINE = seconds(10 * 60);
    private static final Duration STAGGER = seconds(30);

    private static final int RESCHEDULES = 1;
    private static final Duration RESCHEDULE_INTERVAL = seconds(24 * 60 * 60);
    private static final Duration SERVICE_RESCHEDULE_DELAY = seconds(30);
    private static final Duration BATCH_RESCHEDULE_DELAY = seconds(5);
    private static final Duration LONGEST_RESCHEDULE_DELAY = seconds(60 * 60);

    private static final Duration RESTART_DELAY = seconds(15);

    /** The policy by which failed allocations of system jobs come back. Such a job can't have one of its own. */
    public static final ReschedulePolicy RESCHEDULE_OF_SYSTEM_JOBS = rescheduleOfSystemJobs();

    private PolicyDefaults() {}

    private static ReschedulePolicy rescheduleOfSystemJobs() {
        ReschedulePolicy.Builder policy = ReschedulePolicy.newBuilder();
        fill(JobType.JOB_TYPE_SYSTEM, policy);
        return policy.build();
    }

    /**
     * Sets each unset field of an update strategy to its default.
     *
     * @param type the type of the job
     * @param update the strategy of the group or of its job
     * @return the complete strategy; applying this method to it changes nothing
     */
    public static UpdateStrategy apply(JobType type, UpdateStrategy update) {
        UpdateStrategy.Builder whole = update.toBuilder();
        fill(type, whole);
        return whole.build();
    }

    /** Sets each unset field. Call it only for a group that has a strategy: a missing one stays missing. */
    static void fill(JobType type, UpdateStrategy.Builder update) {
        // 0 is set on purpose: it means no strategy, see JobDefaults.
        if (!update.hasMaxParallel()) {
            update.setMaxParallel(MAX_PARALLEL);
        }
        if (update.getHealthCheck() == HealthCheck.HEALTH_CHECK_UNSPECIFIED) {
            update.setHealthCheck(HealthCheck.HEALTH_CHECK_CHECKS);
        }
        if (!update.hasMinHealthyTime()) {
            update.setMinHealthyTime(MIN_HEALTHY_TIME);
        }
        if (!update.hasHealthyDeadline()) {
            update.setHealthyDeadline(HEALTHY_DEADLINE);
        }
        // A deadline of 0 is set on purpose: it means no deadline.
        if (!update.hasProgressDeadline()) {
            update.setProgressDeadline(PROGRESS_DEADLINE);
        }
        if (type == JobType.JOB_TYPE_SYSTEM && !update.hasStagger()) {
            update.setStagger(STAGGER);
        }
    }

    /** Sets each unset field. Call it only for a group that has a strategy: a missing one stays missing. */
    static void fill(MigrateStrategy.Builder migrate) {
        // 0 is set on purpose: nothing moves before the deadline of a drain.
        if (!migrate.hasMaxParallel()) {
            migrate.setMaxParallel(MAX_PARALLEL);
        }
        if (migrate.getHealthCheck() == HealthCheck.HEALTH_CHECK_UNSPECIFIED) {
            migrate.setHealthCheck(HealthCheck.HEALTH_CHECK_CHECKS);
        }
        if (!migrate.hasMinHealthyTime()) {
            migrate.setMinHealthyTime(MIN_HEALTHY_TIME);
        }
        if (!migrate.hasHealthyDeadline()) {
            migrate.setHealthyDeadline(HEALTHY_DEADLINE);
        }
    }

    static void fill(JobType type, ReschedulePolicy.Builder reschedule) {
        boolean isBatch = type == JobType.JOB_TYPE_BATCH;
        // Nomad requires "unlimited = false" in addition to "attempts" in service jobs. Here "attempts" alone implies
        // it.
        if (!reschedule.hasUnlimited()) {
            reschedule.setUnlimited(!isBatch && !reschedule.hasAttempts());
        }
        if (!reschedule.getUnlimited() && !reschedule.hasAttempts()) {
            reschedule.setAttempts(RESCHEDULES);
        }
        if (!reschedule.hasInterval()) {
            reschedule.setInterval(RESCHEDULE_INTERVAL);
        }
        if (!reschedule.hasDelay()) {
            reschedule.setDelay(isBatch ? BATCH_RESCHEDULE_DELAY : SERVICE_RESCHEDULE_DELAY);
        }
        if (reschedule.getDelayFunction() == DelayFunction.DELAY_FUNCTION_UNSPECIFIED) {
            reschedule.setDelayFunction(
                    isBatch ? DelayFunction.DELAY_FUNCTION_CONSTANT : DelayFunction.DELAY_FUNCTION_EXPONENTIAL);
        }
        if (!reschedule.hasMaxDelay()) {
            reschedule.setMaxDelay(LONGEST_RESCHEDULE_DELAY);
        }
    }

    /**
     * Sets each unset field of a restart policy to its default.
     *
     * @param policy the policy of the group; the default instance if the group has none
     * @param type the type of the job
     * @return the complete policy; applying this method to it changes nothing
     */
    public static RestartPolicy apply(RestartPolicy policy, JobType type) {
        boolean isBatch = type == JobType.JOB_TYPE_BATCH;
        RestartPolicy.Builder whole = policy.toBuilder();
        if (!policy.hasAttempts()) {
            whole.setAttempts(isBatch ? 3 : 2);
        }
        if (!policy.hasInterval()) {
            whole.setInterval(seconds(isBatch ? 24 * 60 * 60 : 30 * 60));
        }
        if (!policy.hasDelay()) {
            whole.setDelay(RESTART_DELAY);
        }
        if (policy.getMode() == RestartMode.RESTART_MODE_UNSPECIFIED) {
            whole.setMode(RestartMode.RESTART_MODE_FAIL);
        }
        return whole.build();
    }

    /**
     * Returns the restart policy of a task.
     *
     * @param type the type of its job
     * @param group its group
     * @param task the task; of its own policy, each field that is set overrides the group's
     * @return the complete policy
     */
    public static RestartPolicy restart(JobType type, TaskGroupOrBuilder group, TaskOrBuilder task) {
        RestartPolicy own = task.getRestart();
        RestartPolicy.Builder whole = group.getRestart().toBuilder();
        if (own.hasAttempts()) {
            whole.setAttempts(own.getAttempts());
        }
        if (own.hasInterval()) {
            whole.setInterval(own.getInterval());
        }
        if (own.hasDelay()) {
            whole.setDelay(own.getDelay());
        }
        if (own.getMode() != RestartMode.RESTART_MODE_UNSPECIFIED) {
            whole.setModeValue(own.getModeValue());
        }
        return apply(whole.build(), type);
    }

    private static Duration seconds(long seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }
}
