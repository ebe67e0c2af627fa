package dev.gantry.cluster;

/** The check index of a request is not the index of the stored job or variable. */
public final class IndexMismatchException extends ClusterException {

    private static final long serialVersionUID = 1L;

    private final long wanted;
    private final long found;

    private IndexMismatchException(String message, long wanted, long found) {
        super(message);
        this.wanted = wanted;
        this.found = found;
    }

    /**
     * Makes the exception for a job whose index is not the one that the request named.
     *
     * @param jobId the job
     * @param wanted the index that the request named; 0 means that there must be no such job
     * @param found the index of the stored job; 0 if there is none
     * @return the exception
     */
    public static IndexMismatchException ofJob(String jobId, long wanted, long found) {
        return new IndexMismatchException(
                message("Job", jobId, wanted, found, "look at it and plan again"), wanted, found);
    }

    /**
     * Makes the exception for a variable whose index is not the one that the request named.
     *
     * @param path the path of the variable
     * @param wanted the index that the request named; 0 means that there must be no such variable
     * @param found the index of the stored variable; 0 if there is none
     * @return the exception
     */
    public static IndexMismatchException ofVariable(String path, long wanted, long found) {
        return new IndexMismatchException(
                message("Variable", path, wanted, found, "read it and decide again"), wanted, found);
    }

    /**
     * Returns the index that the request named.
     *
     * @return its check_index
     */
    public long wanted() {
        return wanted;
    }

    /**
     * Returns the index of the stored object.
     *
     * @return its modify_index; 0 if it is not stored
     */
    public long found() {
        return found;
    }

    private static String message(String kind, String name, long wanted, long found, String remedy) {
        if (found == 0) {
            return "%s \"%s\" is not stored, but check_index is %d; leave check_index out or send 0"
                    .formatted(kind, name, wanted);
        }
        if (wanted == 0) {
            return "%s \"%s\" is stored already, with modify_index %d; leave check_index out or send that"
                    .formatted(kind, name, found);
        }
        return "%s \"%s\" has modify_index %d, not %d: someone changed it; %s"
                .formatted(kind, name, found, wanted, remedy);
    }
}
