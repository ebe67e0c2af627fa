package dev.gantry.cluster;

/** A request id was used before for another request. */
public final class RequestIdReusedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /** Leaves out the other request: it may be for a job that the caller may not know of. */
    RequestIdReusedException(String requestId) {
        super("request_id \"%s\" was used for another request; take a new one for each request".formatted(requestId));
    }
}
