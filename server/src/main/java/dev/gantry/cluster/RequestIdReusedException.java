package dev.gantry.cluster;

/** A request id was used before, for another job. */
public final class RequestIdReusedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    RequestIdReusedException(String requestId, String jobId) {
        super("request_id \"%s\" was used for job \"%s\"; take a new one for each request".formatted(requestId, jobId));
    }
}
