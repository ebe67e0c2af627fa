package dev.gantry.model;

import dev.gantry.v1.Job;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rules about periodic and parameterized jobs and their children. */
public final class ParentJobs {

    /** The largest size of a job's message in bytes, for submitted and dispatched jobs. */
    public static final int LARGEST_JOB = 1024 * 1024;

    /** The ends of children's ids; see {@link #periodicChild} and {@link #dispatchedChild}. */
    private static final Pattern CHILD = Pattern.compile("(.+)/(?:periodic-[0-9]+|dispatch-[0-9]+-[0-9a-f]{8})");

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
     * @param jobId a job's id, which may have slashes itself
     * @return the id without the end that only children have
     */
    public static String rootId(String jobId) {
        Matcher child = CHILD.matcher(jobId);
        return child.matches() ? child.group(1) : jobId;
    }

    /**
     * Decides whether an id has the form of a child's. A submission can't have such an id.
     *
     * @param jobId any text
     * @return true if a child could have it
     */
    public static boolean isChildId(String jobId) {
        return CHILD.matcher(jobId).matches();
    }
}
