package dev.gantry.api;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import dev.gantry.access.Secrets;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import java.util.Objects;
import java.util.stream.Collectors;

/** Makes texts of calls fit for the audit log, which must not hold secrets. */
final class Redaction {

    private Redaction() {}

    /** Returns a text without the secrets of tokens: a caller may give one where an id belongs. */
    static String of(String text) {
        return Secrets.redact(text);
    }

    /**
     * Returns why a call has failed; empty if it has not. Of an invalid request only the names of the fields, since the
     * description of the fault may quote their values.
     */
    static String reason(Status status, Metadata trailers) {
        String why = status.getCode() == Status.Code.INVALID_ARGUMENT
                ? "Invalid: " + fields(status, trailers)
                : Objects.requireNonNullElse(status.getDescription(), "");
        return status.isOk() ? "" : of(why);
    }

    private static String fields(Status status, Metadata trailers) {
        com.google.rpc.Status details = StatusProto.fromStatusAndTrailers(status, trailers);
        String names = details.getDetailsList().stream()
                .filter(detail -> detail.is(BadRequest.class))
                .flatMap(detail -> unpack(detail).getFieldViolationsList().stream())
                .map(FieldViolation::getField)
                .distinct()
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "the request as a whole" : names;
    }

    private static BadRequest unpack(Any detail) {
        try {
            return detail.unpack(BadRequest.class);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("The server has packed it itself", e);
        }
    }
}
