package dev.gantry.cluster;

import java.util.Map;

/** No object has the given name. The message names the command that lists the objects of that kind. */
public final class UnknownObjectException extends ClusterException {

    private static final long serialVersionUID = 1L;

    private static final Map<String, String> REMEDIES = Map.of(
            "job", "'gantry job status' lists the jobs",
            "node", "'gantry node status' lists the nodes",
            "allocation", "'gantry alloc status' lists the allocations",
            "deployment", "'gantry deployment list' lists the deployments",
            "evaluation", "'gantry eval status JOB' lists the evaluations of a job",
            "policy", "'gantry acl policy list' lists the policies",
            "token", "'gantry acl token list' lists the tokens");

    /**
     * Creates the exception.
     *
     * @param kind the kind of object, such as {@code job}
     * @param name the name
     */
    public UnknownObjectException(String kind, String name) {
        super("No %s \"%s\"%s".formatted(kind, name, REMEDIES.containsKey(kind) ? ": " + REMEDIES.get(kind) : ""));
    }

    private UnknownObjectException(String message) {
        super(message);
    }

    /**
     * Creates the exception with the message of a node that was asked for the object.
     *
     * @param message names the object, for people
     * @return the exception
     */
    public static UnknownObjectException told(String message) {
        return new UnknownObjectException(message);
    }

    /**
     * Creates the exception for a version of a job.
     *
     * @param version the version
     * @param jobId the job, which is stored
     * @return the exception
     */
    public static UnknownObjectException version(long version, String jobId) {
        return new UnknownObjectException(
                "No version %d of job \"%s\": 'gantry job history %s' lists those that are kept"
                        .formatted(version, jobId, jobId));
    }
}
