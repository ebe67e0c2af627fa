package dev.gantry.model;

import com.google.protobuf.Duration;
import dev.gantry.v1.JobType;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RestartPolicy;

/** What a restart policy stands for where it does not say: Nomad's defaults, which depend on the type of the job. */
public final class RestartDefaults {

    private static final Duration DELAY = seconds(15);

    private RestartDefaults() {}

    /**
     * Fills a policy in.
     *
     * @param policy as the group has it, or the default instance if it has none
     * @param type of the job
     * @return the same with each default written out; applying this again changes nothing
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
            whole.setDelay(DELAY);
        }
        if (policy.getMode() == RestartMode.RESTART_MODE_UNSPECIFIED) {
            whole.setMode(RestartMode.RESTART_MODE_FAIL);
        }
        return whole.build();
    }

    private static Duration seconds(long seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }
}
