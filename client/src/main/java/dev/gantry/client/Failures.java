package dev.gantry.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.gantry.v1.JobViolation;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;

/** Maps gRPC statuses to exceptions. No other class does that. */
final class Failures {

    /**
     * Messages of Netty's native transports begin with the system call, as in "finishConnect(..) failed with
     * error(-111): ".
     */
    private static final Pattern ERROR_NUMBER = Pattern.compile("^\\S+ failed with error\\(-?\\d+\\): ");

    /** OkHttp's description of a connection that ends before the server's first frame. */
    private static final String OKHTTP_END = "End of stream or IOException";

    /** The server's reason for a conflict of {@code check_index}, which tells it from other aborted calls. */
    private static final String CONFLICT = "CHECK_INDEX_MISMATCH";

    /**
     * What the system says of a connection that the other side has closed while this side writes. A server with TLS 1.3
     * closes it when it refuses the caller's certificate, which may be before the caller has read the reason.
     */
    private static final Set<String> CUT_OFF = Set.of("Broken pipe", "Connection reset", "Connection reset by peer");

    private static final Duration LONGEST_RETRY_DELAY = Duration.ofHours(1);

    private Failures() {}

    /** Converts a status to an exception. */
    static GantryException toException(StatusException failure, String address) {
        Status status = failure.getStatus();
        String message = Optional.ofNullable(status.getDescription())
                .orElse(status.getCode().name());
        return switch (status.getCode()) {
            case INVALID_ARGUMENT -> new InvalidArgumentException(message, violations(failure), failure);
            case UNAUTHENTICATED -> new UnauthenticatedException(message, failure);
            case PERMISSION_DENIED -> new PermissionDeniedException(message, violations(failure), failure);
            case NOT_FOUND -> new NotFoundException(message, failure);
            case FAILED_PRECONDITION -> new PreconditionFailedException(message, failure);
            case ABORTED -> aborted(failure, message);
            case DEADLINE_EXCEEDED ->
                new DeadlineExceededException("No answer from " + address + " in time: " + message, failure);
            case UNAVAILABLE -> unavailable(failure, message, address);
            case RESOURCE_EXHAUSTED -> exhausted(failure, message);
            case CANCELLED -> canceled(failure, message, address);
            case UNIMPLEMENTED ->
                new GantryException(
                        "What listens at " + address + " does not know this call: is it a Gantry server? " + message,
                        failure);
            case UNKNOWN, INTERNAL -> unexpected(failure, message, address);
            default -> new GantryException(status.getCode() + ": " + message, failure);
        };
    }

    /** Makes the exception of a call whose deadline passed without a connection. */
    static UnavailableException unconnected(StatusException failure, Duration deadline, String address) {
        return new UnavailableException(
                "No Gantry server at %s: no connection within %d ms".formatted(address, deadline.toMillis()),
                false,
                failure);
    }

    /** A RetryInfo in the status means that the call may be repeated. */
    private static GantryException exhausted(StatusException failure, String message) {
        return details(failure, RetryInfo.class)
                .findFirst()
                .<GantryException>map(retry -> new UnavailableException(message, true, delay(retry), failure))
                .orElseGet(() -> new GantryException("RESOURCE_EXHAUSTED: " + message, failure));
    }

    /** Returns the delay that a server asks for. Another server than Gantry could ask for anything. */
    private static Duration delay(RetryInfo retry) {
        long seconds = Math.max(0, Math.min(retry.getRetryDelay().getSeconds(), LONGEST_RETRY_DELAY.toSeconds()));
        return Duration.ofSeconds(seconds, Math.max(0, retry.getRetryDelay().getNanos()));
    }

    private static GantryException aborted(StatusException failure, String message) {
        Optional<ErrorInfo> conflict = details(failure, ErrorInfo.class)
                .filter(info -> info.getReason().equals(CONFLICT))
                .findFirst();
        if (conflict.isEmpty()) {
            return new GantryException("ABORTED: " + message, failure);
        }
        Map<String, String> indexes = conflict.get().getMetadataMap();
        return new ConflictException(
                message,
                Long.parseLong(indexes.getOrDefault("check_index", "0")),
                Long.parseLong(indexes.getOrDefault("modify_index", "0")),
                failure);
    }

    /**
     * A status from the server has no cause. A status with a cause comes from gRPC itself, for a failure of the
     * connection.
     */
    private static GantryException unexpected(StatusException failure, String message, String address) {
        Throwable cause = failure.getStatus().getCause();
        if (cause instanceof IOException) {
            return broken(failure, message, address);
        }
        return cause != null && message.startsWith("http2 exception")
                ? new GantryException(
                        "What listens at " + address + " does not speak gRPC: is it a Gantry server? "
                                + rootMessage(cause),
                        failure)
                : new GantryException(failure.getStatus().getCode() + ": " + message, failure);
    }

    /**
     * A server that ends at once resets its streams, which gRPC reports as CANCELLED. It cancels a call itself whose answer is
     * no message.
     */
    private static GantryException canceled(StatusException failure, String message, String address) {
        if (failure.getStatus().getCause() instanceof InterruptedException) {
            return new GantryException("Interrupted while waiting for the server", failure);
        }
        if (isOf(failure, InvalidProtocolBufferException.class)) {
            return new GantryException(
                    "What listens at " + address
                            + " has sent an answer that can't be read: is it a Gantry server of this version? "
                            + rootMessage(failure.getStatus().getCause()),
                    failure);
        }
        return message.startsWith("RST_STREAM")
                ? broken(failure, message, address)
                : new GantryException("CANCELLED: " + message, failure);
    }

    /**
     * A status from the server has no cause. A status that gRPC makes for a failure of the connection has a cause or a
     * known message.
     */
    private static GantryException unavailable(StatusException failure, String message, String address) {
        Throwable cause = failure.getStatus().getCause();
        if (isOf(cause, SSLException.class) && !isOf(cause, EOFException.class) && !isEnded(cause)) {
            return new TlsFailedException(TlsFaults.explain(address, rootMessage(cause)), failure);
        }
        if (isUnreached(cause)) {
            return new UnavailableException(
                    "No Gantry server at " + address + ": " + rootMessage(cause), false, failure);
        }
        if (cause != null) {
            String reason = rootMessage(cause);
            boolean mayBeRefused = address.startsWith(ServerAddress.SECURE) && CUT_OFF.contains(reason);
            String hint = mayBeRefused ? "; if the server has not ended, " + TlsFaults.mayNeedCertificate() : "";
            return broken(failure, reason + hint, address);
        }
        if (message.startsWith(OKHTTP_END)) {
            String hint = address.startsWith(ServerAddress.SECURE)
                    ? TlsFaults.mayNeedCertificate()
                    : TlsFaults.mayNeedTls(address);
            return new UnavailableException(
                    "The server at %s ended the connection before it answered: %s".formatted(address, hint),
                    true,
                    failure);
        }
        if (message.startsWith("Network closed") && !address.startsWith(ServerAddress.SECURE)) {
            return broken(failure, message + "; " + TlsFaults.mayNeedTls(address), address);
        }
        return message.startsWith("Connection closed") || message.startsWith("Network closed")
                ? broken(failure, message, address)
                : new UnavailableException(message, true, failure);
    }

    private static UnavailableException broken(StatusException failure, String reason, String address) {
        return new UnavailableException("The connection to " + address + " broke: " + reason, false, failure);
    }

    /** A server that ends during the handshake is no reason not to try again. */
    private static boolean isEnded(Throwable cause) {
        return isOf(cause, ClosedChannelException.class) || rootMessage(cause).startsWith("Connection closed while");
    }

    private static boolean isUnreached(Throwable cause) {
        return isOf(cause, ConnectException.class) || isOf(cause, UnknownHostException.class);
    }

    private static boolean isOf(Throwable failure, Class<? extends Throwable> type) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).anyMatch(type::isInstance);
    }

    private static String rootMessage(Throwable cause) {
        String message = "";
        for (Throwable next = cause; next != null; next = next.getCause()) {
            message = next.getMessage() == null ? next.getClass().getSimpleName() : next.getMessage();
        }
        return ERROR_NUMBER.matcher(message).replaceFirst("");
    }

    private static List<JobViolation> violations(StatusException failure) {
        return details(failure, BadRequest.class)
                .flatMap(request -> request.getFieldViolationsList().stream())
                .map(violation -> JobViolation.newBuilder()
                        .setField(violation.getField())
                        .setDescription(violation.getDescription())
                        .build())
                .toList();
    }

    private static <T extends Message> Stream<T> details(StatusException failure, Class<T> type) {
        return StatusProto.fromThrowable(failure).getDetailsList().stream()
                .filter(detail -> detail.is(type))
                .map(detail -> unpack(detail, type));
    }

    private static <T extends Message> T unpack(Any detail, Class<T> type) {
        try {
            return detail.unpack(type);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("The server sent a %s that can't be read".formatted(type.getName()), e);
        }
    }
}
