package dev.gantry.model;

import com.google.protobuf.Duration;
import dev.gantry.v1.DelayFunction;
import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.JobType;
import dev.gantry.v1.ReschedulePolicy;
import dev.gantry.v1.UpdateStrategy;

/** What a group's life goes by where its job does not say: Nomad's defaults, which depend on the type of the job. */
public final class LifeDefaults {

    private static final int MAX_PARALLEL = 1;
    private static final Duration MIN_HEALTHY_TIME = seconds(10);
    private static final Duration HEALTHY_DEADLINE = seconds(5 * 60);
    private static final Duration PROGRESS_DEADLINE = seconds(10 * 60);

    private static final int RESCHEDULES = 1;
    private static final Duration RESCHEDULE_INTERVAL = seconds(24 * 60 * 60);
    private static final Duration SERVICE_RESCHEDULE_DELAY = seconds(30);
    private static final Duration BATCH_RESCHEDULE_DELAY = seconds(5);
    private static final Duration LONGEST_RESCHEDULE_DELAY = seconds(60 * 60);

    private LifeDefaults() {}

    /**
     * Fills in a strategy.
     *
     * @param update as the group or its job has it
     * @return the same with each default written out; applying this again changes nothing
     */
    public static UpdateStrategy apply(UpdateStrategy update) {
        UpdateStrategy.Builder whole = update.toBuilder();
        fill(whole);
        return whole.build();
    }

    /** Fills in a strategy that is there; whether there is one decides the job alone. */
    static void fill(UpdateStrategy.Builder update) {
        if (update.getMaxParallel() == 0) {
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
        // 0 is a value here: it stands for no deadline.
        if (!update.hasProgressDeadline()) {
            update.setProgressDeadline(PROGRESS_DEADLINE);
        }
    }

    static void fill(JobType type, ReschedulePolicy.Builder reschedule) {
        boolean isBatch = type == JobType.JOB_TYPE_BATCH;
        // Nomad wants unlimited = false beside attempts of a service, since its default is true; what is meant is
        // plain.
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

    private static Duration seconds(long seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }
}
