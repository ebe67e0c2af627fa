package dev.gantry.cluster;

/** The check index of a submission is not the index of the stored job. */
public final class IndexMismatchException extends ClusterException {

    private static final long serialVersionUID = 1L;

    private final long wanted;
    private final long found;

    /**
     * Makes the exception for a job whose index is not the one that the request named.
     *
     * @param jobId the job
     * @param wanted the index that the request named; 0 means that there must be no such job
     * @param found the index of the stored job; 0 if there is none
     */
    public IndexMismatchException(String jobId, long wanted, long found) {
        super(message(jobId, wanted, found));
        this.wanted = wanted;
        this.found = found;
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
     * Returns the index of the stored job.
     *
     * @return its modify_index; 0 if the job is not stored
     */
    public long found() {
        return found;
    }

    private static String message(String jobId, long wanted, long found) {
        if (found == 0) {
            return "Job \"%s\" is not stored, but check_index is %d; leave check_index out or send 0"
                    .formatted(jobId, wanted);
        }
        if (wanted == 0) {
            return "Job \"%s\" is stored already, with modify_index %d; leave check_index out or send that"
                    .formatted(jobId, found);
        }
        return "Job \"%s\" has modify_index %d, not %d: someone changed it; look at it and plan again"
                .formatted(jobId, found, wanted);
    }
}
