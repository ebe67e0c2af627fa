package dev.gantry.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import dev.gantry.v1.JobViolation;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which exception each gRPC status becomes: here and nowhere else. */
final class Failures {

    /** Netty's native transports begin with the system call, as in "finishConnect(..) failed with error(-111): ". */
    private static final Pattern ERROR_NUMBER = Pattern.compile("^\\S+ failed with error\\(-?\\d+\\): ");

    private Failures() {}

    /** The exception that says what a status says. */
    static GantryException toException(StatusException failure, String address) {
        Status status = failure.getStatus();
        String message = Optional.ofNullable(status.getDescription())
                .orElse(status.getCode().name());
        return switch (status.getCode()) {
            case INVALID_ARGUMENT -> new InvalidArgumentException(message, violations(failure), failure);
            case NOT_FOUND -> new NotFoundException(message, failure);
            case FAILED_PRECONDITION -> new PreconditionFailedException(message, failure);
            case DEADLINE_EXCEEDED ->
                new DeadlineExceededException("No answer from " + address + " in time: " + message, failure);
            case UNAVAILABLE -> unavailable(failure, message, address);
            case CANCELLED -> canceled(failure, message, address);
            case UNIMPLEMENTED ->
                new GantryException(
                        "What listens at " + address + " does not know this call: is it a Gantry server? " + message,
                        failure);
            default -> new GantryException(status.getCode() + ": " + message, failure);
        };
    }

    /** A server that ends at once resets its streams: nobody here has canceled anything. */
    private static GantryException canceled(StatusException failure, String message, String address) {
        return message.startsWith("RST_STREAM")
                ? broken(failure, message, address)
                : new GantryException("CANCELLED: " + message, failure);
    }

    /** A status from the wire has no cause; one that gRPC made because of the connection has one, or says so. */
    private static UnavailableException unavailable(StatusException failure, String message, String address) {
        Throwable cause = failure.getStatus().getCause();
        if (isUnreached(cause)) {
            return new UnavailableException(
                    "No Gantry server at " + address + ": " + rootMessage(cause), false, failure);
        }
        if (cause != null) {
            return broken(failure, rootMessage(cause), address);
        }
        return message.startsWith("Connection closed") || message.startsWith("Network closed")
                ? broken(failure, message, address)
                : new UnavailableException(message, true, failure);
    }

    private static UnavailableException broken(StatusException failure, String reason, String address) {
        return new UnavailableException("The connection to " + address + " broke: " + reason, false, failure);
    }

    private static boolean isUnreached(Throwable cause) {
        return Stream.iterate(cause, Objects::nonNull, Throwable::getCause)
                .anyMatch(each -> each instanceof ConnectException || each instanceof UnknownHostException);
    }

    private static String rootMessage(Throwable cause) {
        String message = "";
        for (Throwable next = cause; next != null; next = next.getCause()) {
            message = next.getMessage() == null ? next.getClass().getSimpleName() : next.getMessage();
        }
        return ERROR_NUMBER.matcher(message).replaceFirst("");
    }

    private static List<JobViolation> violations(StatusException failure) {
        com.google.rpc.Status details = StatusProto.fromThrowable(failure);
        List<JobViolation> violations = new ArrayList<>();
        for (Any detail : details.getDetailsList()) {
            if (detail.is(BadRequest.class)) {
                unpack(detail)
                        .getFieldViolationsList()
                        .forEach(violation -> violations.add(JobViolation.newBuilder()
                                .setField(violation.getField())
                                .setDescription(violation.getDescription())
                                .build()));
            }
        }
        return violations;
    }

    private static BadRequest unpack(Any detail) {
        try {
            return detail.unpack(BadRequest.class);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("The server sent a google.rpc.BadRequest that can't be read", e);
        }
    }
}
