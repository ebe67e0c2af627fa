package dev.gantry.cluster;

import java.time.Duration;

/** A dry run has taken too long. */
public final class DryRunTimeoutException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Names the deadline.
     *
     * @param jobId the job
     * @param limit how long a dry run may take, its wait for those before it included
     */
    public DryRunTimeoutException(String jobId, Duration limit) {
        super(
                "The dry run of job %s has reached its deadline of %d s: plan it when the server has less to do, or plan fewer groups, constraints and affinities at a time"
                        .formatted(jobId, limit.toSeconds()));
    }
}
