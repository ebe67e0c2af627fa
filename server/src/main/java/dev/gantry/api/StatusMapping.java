package dev.gantry.api;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.gantry.audit.AuditException;
import dev.gantry.cluster.ClusterException;
import dev.gantry.cluster.DryRunTimeoutException;
import dev.gantry.cluster.IndexMismatchException;
import dev.gantry.cluster.InvalidFieldException;
import dev.gantry.cluster.NodeNotConnectedException;
import dev.gantry.cluster.NodeRefusedException;
import dev.gantry.cluster.OverloadedException;
import dev.gantry.cluster.PermissionDeniedException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.RequestIdReusedException;
import dev.gantry.cluster.SessionEndedException;
import dev.gantry.cluster.UnauthenticatedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.WhatIfLimitException;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.StoreOverloadedException;
import dev.gantry.store.StoreUnavailableException;
import dev.gantry.v1.JobViolation;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Maps each failure to a gRPC status. No other class of the server does that. */
final class StatusMapping {

    private static final Logger LOG = LoggerFactory.getLogger(StatusMapping.class);

    /**
     * The most bytes of violations in a response. They are sent in trailers, in base64, and clients refuse trailers of
     * more than 8 KiB.
     */
    private static final int MOST_DETAIL = 3072;

    private static final int LONGEST_DESCRIPTION = 1024;

    /** How soon a client asks again what the server is too busy to compute. */
    private static final Duration WHAT_IF_PATIENCE = Duration.ofSeconds(2);

    private StatusMapping() {}

    /** Returns the status of a failed call. An unexpected failure is logged and becomes INTERNAL. */
    static StatusRuntimeException toStatus(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof StatusRuntimeException status) {
            return status;
        }
        if (cause instanceof InvalidRequestException invalid) {
            return toBadRequest(invalid.violations());
        }
        if (cause instanceof JobRefusedException refused) {
            return toFieldViolations(Code.PERMISSION_DENIED_VALUE, refused.violations());
        }
        if (cause instanceof ClusterException refusal) {
            return toStatus(refusal);
        }
        // The store has logged why it is broken, once; each call would repeat it.
        if (cause instanceof StoreOverloadedException) {
            return toRepeatable(cause.getMessage());
        }
        if (cause instanceof StoreUnavailableException) {
            return describe(Status.UNAVAILABLE, cause.getMessage());
        }
        if (cause instanceof AuditException) {
            return describe(
                    Status.UNAVAILABLE,
                    cause.getMessage()
                            + ". The call was not carried out, since the server runs with --audit-required. See the server's"
                            + " log, make its audit log writable, and try again");
        }
        if (cause instanceof TimeoutException) {
            return Status.UNAVAILABLE
                    .withDescription("The node did not answer in time: try again")
                    .asRuntimeException();
        }
        LOG.error("A call failed", cause);
        return Status.INTERNAL
                .withDescription("The server failed; its log says why")
                .asRuntimeException();
    }

    /**
     * Returns the status for a request that can't be read.
     *
     * @param method the full name of the method
     * @param kind the class of its requests
     * @param why the failure of gRPC
     */
    static StatusRuntimeException unreadable(String method, Class<?> kind, StatusRuntimeException why) {
        return describe(
                Status.INVALID_ARGUMENT,
                "The request of %s can't be read as a %s: %s"
                        .formatted(
                                method,
                                kind.getSimpleName(),
                                why.getCause() == null
                                        ? why.getStatus().getDescription()
                                        : why.getCause().getMessage()));
    }

    /** Returns the status for a call that must have one request. */
    static StatusRuntimeException notOneRequest(MethodDescriptor<?, ?> method, String had) {
        return describe(
                Status.INVALID_ARGUMENT,
                "%s takes one request, and this call has %s".formatted(method.getFullMethodName(), had));
    }

    /** Returns the status for a log that the node does not have. */
    static StatusRuntimeException noSuchLog(String why) {
        return describe(Status.NOT_FOUND, why);
    }

    /** Returns the status for a stream beyond the limit of its connection. */
    static Status tooManyStreams(int limit) {
        return Status.RESOURCE_EXHAUSTED.withDescription(
                "%d streams are open on this connection, and no more may be: end some, or open another connection"
                        .formatted(limit));
    }

    /** Returns the status for a call whose response got no memory in time. */
    static Status tooMuchAsked(Duration patience) {
        return Status.RESOURCE_EXHAUSTED.withDescription(
                ("Other large answers are under way, and there was no room for this one within %d s: ask for smaller"
                                + " pages, or later")
                        .formatted(patience.toSeconds()));
    }

    /** Returns the status for a request that got no memory while it arrived. The client may repeat it. */
    static StatusRuntimeException tooMuchReceived() {
        return toRepeatable(
                "Other large requests are under way, and there is no room for this one: send fewer at a time, or try"
                        + " again later");
    }

    /**
     * Returns the status for a request that arrived too slowly while others needed its memory. The client may repeat
     * it.
     */
    static StatusRuntimeException tooSlow(Duration patience) {
        return toRepeatable("The request was not whole after %d s, and others need its room: try again"
                .formatted(patience.toSeconds()));
    }

    /**
     * Returns the status for a call beyond a limit of its caller.
     *
     * @param description which limit, and its value
     * @param option the server's option that sets the limit
     * @param wait how long to wait before the call is repeated; empty if time alone does not help
     */
    static StatusRuntimeException overLimit(String description, String option, Optional<Duration> wait) {
        String text = "%s. The server's option %s sets this limit".formatted(description, option);
        return wait.isPresent() ? toRepeatable(text, wait.get()) : describe(Status.RESOURCE_EXHAUSTED, text);
    }

    /** Returns the status for a failed login while too many of them wait for their refusal. */
    static StatusRuntimeException tooManyFailedLogins(Duration wait) {
        return toRepeatable("Too many calls without a valid token wait for their refusal: try again later", wait);
    }

    /** Returns the status for a watch whose message got no memory in time. The client may resume the watch. */
    static Status tooMuchUnread(Duration patience) {
        return Status.UNAVAILABLE.withDescription(
                ("Large messages of other watches are not read yet, and there was no room for one of this watch within"
                                + " %d s: try again")
                        .formatted(patience.toSeconds()));
    }

    /** Returns the status for a call whose large answer found no room in a server that passes it on. */
    static Status tooMuchPassedOn() {
        return Status.UNAVAILABLE.withDescription(
                "Large answers to other callers are not read yet, and there is no room for this one: try again, or call the"
                        + " server that leads");
    }

    /** Returns the status for a session over TLS whose caller has not the certificate of a node. */
    static Status notOfNode(Peer peer) {
        return Status.PERMISSION_DENIED.withDescription(
                ("A node's session needs the certificate of a node, and this connection has %s: make one with gantry tls"
                                + " cert create --node NAME, and give it to the node with --cert-file and --key-file")
                        .formatted(peer));
    }

    /** Returns the status for calls of a server that is not complete yet. */
    static Status starting() {
        return Status.UNAVAILABLE.withDescription("The server is starting: try again");
    }

    /** Returns the status for a call to a follower that knows no leader. */
    static Status noLeader() {
        return Status.UNAVAILABLE.withDescription(
                "No server leads now: another one takes over within seconds; try again");
    }

    /** Returns the status for calls that were passed on to a leader that can't be reached, or whose connection broke. */
    static Status leaderLost() {
        return Status.UNAVAILABLE.withDescription(
                "The server that leads does not answer: if it is lost, another one takes over within seconds; try again");
    }

    /** Returns the status for calls of a leader that may have been replaced while it was paused. */
    static Status doubtfulLeader() {
        return Status.UNAVAILABLE.withDescription(
                "The server is not certain that it still leads, since it could not reach its database: try again");
    }

    /** Returns the status for the session of a node with a server that does not lead. */
    static Status sessionWithFollower(String leader) {
        return Status.UNAVAILABLE.withDescription("nodes have their sessions with the leader, " + leader);
    }

    /** Returns the status for a call beyond the limit of open calls. */
    static Status tooManyCalls(int limit) {
        return toStatus(new OverloadedException("calls", limit)).getStatus();
    }

    /** Returns the status for streams of a server that stops. */
    static Status shutdown() {
        return Status.UNAVAILABLE.withDescription("The server is shutting down: try again");
    }

    /** Adds a RetryInfo, which tells clients to repeat the call. Other exhausted resources have none. */
    private static StatusRuntimeException toRepeatable(String description) {
        return toRepeatable(description, Duration.ofSeconds(1));
    }

    private static StatusRuntimeException toRepeatable(String description, Duration wait) {
        RetryInfo detail = RetryInfo.newBuilder()
                .setRetryDelay(ProtoTimes.toDuration(wait))
                .build();
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Code.RESOURCE_EXHAUSTED_VALUE)
                .setMessage(TextTruncation.toBytes(description, LONGEST_DESCRIPTION))
                .addDetails(Any.pack(detail))
                .build());
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static StatusRuntimeException toStatus(ClusterException refusal) {
        if (refusal instanceof RequestIdReusedException) {
            return toBadRequest(List.of(InvalidRequestException.violation("request_id", refusal.getMessage())));
        }
        if (refusal instanceof InvalidFieldException invalid) {
            return toBadRequest(List.of(InvalidRequestException.violation(invalid.field(), invalid.getMessage())));
        }
        if (refusal instanceof IndexMismatchException conflict) {
            return toConflict(conflict);
        }
        if (refusal instanceof WhatIfLimitException) {
            return toRepeatable(refusal.getMessage(), WHAT_IF_PATIENCE);
        }
        return describe(code(refusal), refusal.getMessage());
    }

    private static Status code(ClusterException refusal) {
        if (refusal instanceof UnknownObjectException) {
            return Status.NOT_FOUND;
        }
        if (refusal instanceof RefusedException) {
            return Status.FAILED_PRECONDITION;
        }
        if (refusal instanceof UnauthenticatedException) {
            return Status.UNAUTHENTICATED;
        }
        if (refusal instanceof NodeRefusedException || refusal instanceof PermissionDeniedException) {
            return Status.PERMISSION_DENIED;
        }
        if (refusal instanceof NodeNotConnectedException || refusal instanceof OverloadedException) {
            return Status.UNAVAILABLE;
        }
        if (refusal instanceof DryRunTimeoutException) {
            return Status.DEADLINE_EXCEEDED;
        }
        if (refusal instanceof SessionEndedException) {
            return Status.ABORTED;
        }
        throw new IllegalStateException("No status for " + refusal.getClass());
    }

    /** The description may quote the request, so it is shortened. */
    private static StatusRuntimeException describe(Status code, String description) {
        return code.withDescription(TextTruncation.toBytes(description, LONGEST_DESCRIPTION))
                .asRuntimeException();
    }

    /** Another write came first. The client has to read the job again, then decide again. */
    private static StatusRuntimeException toConflict(IndexMismatchException conflict) {
        ErrorInfo detail = ErrorInfo.newBuilder()
                .setReason("CHECK_INDEX_MISMATCH")
                .setDomain("gantry.dev")
                .putMetadata("check_index", Long.toString(conflict.wanted()))
                .putMetadata("modify_index", Long.toString(conflict.found()))
                .build();
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Code.ABORTED_VALUE)
                .setMessage(TextTruncation.toBytes(conflict.getMessage(), LONGEST_DESCRIPTION))
                .addDetails(Any.pack(detail))
                .build());
    }

    private static StatusRuntimeException toBadRequest(List<JobViolation> violations) {
        return toFieldViolations(Code.INVALID_ARGUMENT_VALUE, violations);
    }

    private static StatusRuntimeException toFieldViolations(int code, List<JobViolation> violations) {
        BadRequest.Builder detail = BadRequest.newBuilder();
        int size = 0;
        for (JobViolation violation : violations) {
            size += violation.getSerializedSize();
            if (size <= MOST_DETAIL) {
                detail.addFieldViolations(FieldViolation.newBuilder()
                        .setField(violation.getField())
                        .setDescription(violation.getDescription()));
            }
        }
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code)
                .setMessage(summary(violations))
                .addDetails(Any.pack(detail.build()))
                .build());
    }

    private static String summary(List<JobViolation> violations) {
        JobViolation first = violations.get(0);
        String more = violations.size() == 1 ? "" : " (and %d more)".formatted(violations.size() - 1);
        return "%s: %s%s".formatted(first.getField(), first.getDescription(), more);
    }
}
