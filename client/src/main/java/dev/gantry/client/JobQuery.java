package dev.gantry.client;

import dev.gantry.v1.JobStatus;
import dev.gantry.v1.JobType;
import dev.gantry.v1.View;

/**
 * Selects jobs to list. A job must match all fields that are set.
 *
 * @param prefix the prefix of the id; empty for any
 * @param type the type; unspecified for any
 * @param status the status; unspecified for any
 * @param parentId the parent's id; empty for any
 * @param view {@code VIEW_BASIC} includes only the id, name, type, priority, datacenters and parent of a job
 * @param isReversed true for descending order of ids
 */
public record JobQuery(String prefix, JobType type, JobStatus status, String parentId, View view, boolean isReversed) {

    /** All jobs with their main fields. */
    public static final JobQuery ALL = new JobQuery(
            "", JobType.JOB_TYPE_UNSPECIFIED, JobStatus.JOB_STATUS_UNSPECIFIED, "", View.VIEW_BASIC, false);

    /**
     * Selects jobs by a prefix of their ids.
     *
     * @param begin the prefix
     * @return a new query
     */
    public JobQuery beginningWith(String begin) {
        return new JobQuery(begin, type, status, parentId, view, isReversed);
    }

    /**
     * Selects one type.
     *
     * @param wanted the type
     * @return a new query
     */
    public JobQuery ofType(JobType wanted) {
        return new JobQuery(prefix, wanted, status, parentId, view, isReversed);
    }

    /**
     * Selects one status.
     *
     * @param wanted the status
     * @return a new query
     */
    public JobQuery inStatus(JobStatus wanted) {
        return new JobQuery(prefix, type, wanted, parentId, view, isReversed);
    }

    /**
     * Selects the children of one job.
     *
     * @param id the id of the periodic or parameterized job
     * @return a new query
     */
    public JobQuery childrenOf(String id) {
        return new JobQuery(prefix, type, status, id, view, isReversed);
    }

    /**
     * Includes the whole specification of each job.
     *
     * @return a new query
     */
    public JobQuery whole() {
        return new JobQuery(prefix, type, status, parentId, View.VIEW_FULL, isReversed);
    }

    /**
     * Reverses the order of ids: the newest children of a job come first.
     *
     * @return a new query
     */
    public JobQuery reversed() {
        return new JobQuery(prefix, type, status, parentId, view, true);
    }
}
