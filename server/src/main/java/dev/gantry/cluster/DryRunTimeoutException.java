package dev.gantry.cluster;

import java.time.Duration;

/** A dry run was not finished within its deadline. */
public final class DryRunTimeoutException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param jobId the job
     * @param limit the deadline of a dry run, including the time it waits for earlier ones
     */
    public DryRunTimeoutException(String jobId, Duration limit) {
        super(
                "The dry run of job %s has reached its deadline of %d s: plan it when the server has less to do, or plan fewer groups, constraints and affinities at a time"
                        .formatted(jobId, limit.toSeconds()));
    }

    private DryRunTimeoutException(String message) {
        super(message);
    }

    /**
     * Creates the exception for a what-if.
     *
     * @param limit its deadline, including the time it waits for earlier ones
     * @return the exception
     */
    public static DryRunTimeoutException whatIf(Duration limit) {
        return new DryRunTimeoutException(
                "The what-if has reached its deadline of %d s: ask when the server has less to do, or ask for fewer changes at a time"
                        .formatted(limit.toSeconds()));
    }
}
