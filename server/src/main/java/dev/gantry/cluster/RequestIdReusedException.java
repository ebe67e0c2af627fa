package dev.gantry.cluster;

import dev.gantry.store.Submission;

/** A request id was used before for another request. */
public final class RequestIdReusedException extends ClusterException {

    private static final long serialVersionUID = 1L;

    RequestIdReusedException(String requestId, Submission before) {
        super("request_id \"%s\" was used to %s job \"%s\"; take a new one for each request"
                .formatted(requestId, before.kind().verb(), before.jobId()));
    }
}
