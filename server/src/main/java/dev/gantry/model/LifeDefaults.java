package dev.gantry.model;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import dev.gantry.v1.DelayFunction;
import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.ReschedulePolicy;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;

/** Fills in how groups are updated, restarted and placed anew where a job does not say, as Nomad does. */
final class LifeDefaults {

    private static final Duration DAY = Durations.fromDays(1);

    private LifeDefaults() {}

    /** The job's type and its own update strategy must be whole already. */
    static void fill(Job.Builder job, TaskGroup.Builder group) {
        if (group.hasUpdate()) {
            fill(group.getUpdateBuilder());
        } else if (job.hasUpdate()) {
            group.setUpdate(job.getUpdate());
        }
        boolean service = job.getType() != JobType.JOB_TYPE_BATCH;
        fill(group.getRestartBuilder(), service);
        if (job.getType() != JobType.JOB_TYPE_SYSTEM) {
            fill(group.getRescheduleBuilder(), service);
        }
    }

    static void fill(UpdateStrategy.Builder update) {
        if (update.getMaxParallel() == 0) {
            update.setMaxParallel(1);
        }
        if (update.getHealthCheck() == HealthCheck.HEALTH_CHECK_UNSPECIFIED) {
            update.setHealthCheck(HealthCheck.HEALTH_CHECK_CHECKS);
        }
        if (!update.hasMinHealthyTime()) {
            update.setMinHealthyTime(Durations.fromSeconds(10));
        }
        if (!update.hasHealthyDeadline()) {
            update.setHealthyDeadline(Durations.fromMinutes(5));
        }
        if (!update.hasProgressDeadline()) {
            update.setProgressDeadline(Durations.fromMinutes(10));
        }
    }

    static void fill(Task.Builder task) {
        if (!task.hasKillTimeout()) {
            task.setKillTimeout(Durations.fromSeconds(5));
        }
        if (task.getKillSignal().isEmpty()) {
            task.setKillSignal("SIGTERM");
        }
    }

    private static void fill(RestartPolicy.Builder restart, boolean service) {
        if (!restart.hasAttempts()) {
            restart.setAttempts(service ? 2 : 3);
        }
        if (!restart.hasInterval()) {
            restart.setInterval(service ? Durations.fromMinutes(30) : DAY);
        }
        if (!restart.hasDelay()) {
            restart.setDelay(Durations.fromSeconds(15));
        }
        if (restart.getMode() == RestartMode.RESTART_MODE_UNSPECIFIED) {
            restart.setMode(RestartMode.RESTART_MODE_FAIL);
        }
    }

    private static void fill(ReschedulePolicy.Builder reschedule, boolean service) {
        if (!reschedule.hasUnlimited()) {
            // Who counts attempts wants them counted.
            reschedule.setUnlimited(service && !reschedule.hasAttempts());
        }
        if (!reschedule.hasAttempts()) {
            reschedule.setAttempts(reschedule.getUnlimited() ? 0 : 1);
        }
        if (!reschedule.hasInterval()) {
            reschedule.setInterval(DAY);
        }
        if (!reschedule.hasDelay()) {
            reschedule.setDelay(Durations.fromSeconds(service ? 30 : 5));
        }
        if (reschedule.getDelayFunction() == DelayFunction.DELAY_FUNCTION_UNSPECIFIED) {
            reschedule.setDelayFunction(
                    service ? DelayFunction.DELAY_FUNCTION_EXPONENTIAL : DelayFunction.DELAY_FUNCTION_CONSTANT);
        }
        if (!reschedule.hasMaxDelay()) {
            reschedule.setMaxDelay(Durations.fromHours(1));
        }
    }
}
