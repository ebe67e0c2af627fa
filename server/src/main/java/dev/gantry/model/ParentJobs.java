package dev.gantry.model;

import dev.gantry.v1.Job;

/** Jobs that make other jobs, and those that were made. */
public final class ParentJobs {

    /** The largest job, in bytes as a message, whether it was submitted or dispatched. */
    public static final int LARGEST_JOB = 1024 * 1024;

    private ParentJobs() {}

    /**
     * Whether a job only makes children and is never placed itself.
     *
     * @param job any job
     * @return true for periodic and parameterized jobs; their children are neither
     */
    public static boolean isParent(Job job) {
        return job.hasPeriodic() || job.hasParameterized();
    }

    /**
     * The id of a child that is made for a time.
     *
     * @param parentId the periodic job
     * @param epochSecond the time, in seconds since 1970-01-01T00:00:00Z
     * @return the id
     */
    public static String periodicChild(String parentId, long epochSecond) {
        return "%s/periodic-%d".formatted(parentId, epochSecond);
    }

    /**
     * The id of a child that is dispatched.
     *
     * @param parentId the parameterized job
     * @param epochSecond when, in seconds since 1970-01-01T00:00:00Z
     * @param unique eight characters that no other dispatch of this second has
     * @return the id
     */
    public static String dispatchedChild(String parentId, long epochSecond, String unique) {
        return "%s/dispatch-%d-%s".formatted(parentId, epochSecond, unique);
    }
}
