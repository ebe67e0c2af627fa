package dev.gantry.model;

import dev.gantry.v1.Job;

/** Rules about periodic and parameterized jobs and their children. */
public final class ParentJobs {

    /** The largest size of a job's message in bytes, for submitted and dispatched jobs. */
    public static final int LARGEST_JOB = 1024 * 1024;

    private ParentJobs() {}

    /**
     * Returns true if a job only makes children and is never placed itself.
     *
     * @param job the job
     * @return true for periodic and parameterized jobs; their children are neither
     */
    public static boolean isParent(Job job) {
        return job.hasPeriodic() || job.hasParameterized();
    }

    /**
     * Returns the id of a child of a periodic job.
     *
     * @param parentId the periodic job's id
     * @param epochSecond the launch time, in seconds since 1970-01-01T00:00:00Z
     * @return the id
     */
    public static String periodicChild(String parentId, long epochSecond) {
        return "%s/periodic-%d".formatted(parentId, epochSecond);
    }

    /**
     * Returns the id of a child of a parameterized job.
     *
     * @param parentId the parameterized job's id
     * @param epochSecond the time of the dispatch, in seconds since 1970-01-01T00:00:00Z
     * @param unique eight characters that no other dispatch of this second has
     * @return the id
     */
    public static String dispatchedChild(String parentId, long epochSecond, String unique) {
        return "%s/dispatch-%d-%s".formatted(parentId, epochSecond, unique);
    }

    /**
     * Returns the id by which policies name a job: the id of its parent, or its own id if it is not a child job.
     *
     * @param jobId a job's id; only ids of children have a slash
     * @return the text before the first slash
     */
    public static String rootId(String jobId) {
        int slash = jobId.indexOf('/');
        return slash < 0 ? jobId : jobId.substring(0, slash);
    }
}
