package dev.gantry.client;

import dev.gantry.v1.JobStatus;
import dev.gantry.v1.JobType;
import dev.gantry.v1.View;

/**
 * Which jobs to list, and how much of each; all that is set must match.
 *
 * @param prefix only those whose id begins so; empty: any
 * @param type only those of this type; unspecified: any
 * @param status only those that stand there; unspecified: any
 * @param parentId only children of this job; empty: any
 * @param view how much of each: {@code VIEW_BASIC} leaves out all but its id, name, type, priority, datacenters and parent
 * @param isReversed whether the order of their ids is reversed
 */
public record JobQuery(String prefix, JobType type, JobStatus status, String parentId, View view, boolean isReversed) {

    /** All of them, what tells them apart of each. */
    public static final JobQuery ALL = new JobQuery(
            "", JobType.JOB_TYPE_UNSPECIFIED, JobStatus.JOB_STATUS_UNSPECIFIED, "", View.VIEW_BASIC, false);

    /**
     * The same, of jobs only whose id begins so.
     *
     * @param begin how the ids begin
     * @return the query
     */
    public JobQuery beginningWith(String begin) {
        return new JobQuery(begin, type, status, parentId, view, isReversed);
    }

    /**
     * The same, of one type only.
     *
     * @param wanted the type
     * @return the query
     */
    public JobQuery ofType(JobType wanted) {
        return new JobQuery(prefix, wanted, status, parentId, view, isReversed);
    }

    /**
     * The same, in one state only.
     *
     * @param wanted the state
     * @return the query
     */
    public JobQuery inStatus(JobStatus wanted) {
        return new JobQuery(prefix, type, wanted, parentId, view, isReversed);
    }

    /**
     * The same, of the children of one job only.
     *
     * @param id the periodic or parameterized job
     * @return the query
     */
    public JobQuery childrenOf(String id) {
        return new JobQuery(prefix, type, status, id, view, isReversed);
    }

    /**
     * The same, with the whole of each job.
     *
     * @return the query
     */
    public JobQuery whole() {
        return new JobQuery(prefix, type, status, parentId, View.VIEW_FULL, isReversed);
    }

    /**
     * The same, in the reverse order of their ids: the newest children of a job first.
     *
     * @return the query
     */
    public JobQuery reversed() {
        return new JobQuery(prefix, type, status, parentId, view, true);
    }
}
