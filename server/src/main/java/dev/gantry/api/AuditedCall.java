package dev.gantry.api;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.gantry.api.access.MessageObjects;
import dev.gantry.audit.AuditException;
import dev.gantry.audit.AuditLine;
import dev.gantry.audit.AuditLine.Stage;
import dev.gantry.audit.AuditLog;
import dev.gantry.audit.AuditOptions;
import dev.gantry.v1.AclToken;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.Variable;
import dev.gantry.v1.VariablesRequest;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A call as the audit log knows it. What finds out more about the call tells it here. Thread-safe.
 *
 * <p>A call that is not audited is recorded nevertheless if its caller is refused.
 */
final class AuditedCall {

    /** How long a call waits for its line at most: a disk that hangs must not take all threads for ever. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Context.Key<AuditedCall> CURRENT = Context.key("gantry-audited-call");

    private final Recording recording;
    private final MethodDescriptor<?, ?> method;
    private final Kind kind;
    private final Origin origin;
    private final long arrived;

    // Guarded by this.
    private final Map<String, String> objects = new LinkedHashMap<>();
    private String requestId = "";
    private Optional<String> callId = Optional.empty();
    private boolean hasBegun;

    /** How calls of a method are recorded. */
    enum Kind {
        /** The end of each call. The beginning too, if calls must be recorded before they are handled. */
        CALL,
        /**
         * As {@link #CALL}, of callers who need no token. Its beginning is recorded by its service, once they have proved who
         * they are: else whoever reaches the port could fill the log.
         */
        PROVED_CALL,
        /** The beginning and the end of each stream. */
        STREAM,
        /** The registration of a node, and the end of its session. */
        SESSION,
        /** Only that the caller was refused. */
        READ
    }

    /**
     * The parts by which all calls are recorded.
     *
     * @param log the log
     * @param clock the time of lines
     * @param nanoTime measures how long calls take
     * @param callIds makes an id for each call
     * @param strangers limits the lines about calls that were refused at once, which could push all others out of the files
     */
    record Recording(
            AuditLog log,
            InstantSource clock,
            LongSupplier nanoTime,
            Supplier<String> callIds,
            StrangerLines strangers) {}

    /**
     * Where a call comes from.
     *
     * @param address the address and port of the caller
     * @param certificate the role in its certificate; empty if it has shown none
     * @param token the token that it has shown; empty if that is none, or not valid
     * @param isKnown true if the caller has shown a valid token, or needs none for any call
     */
    record Origin(String address, Optional<String> certificate, Optional<AclToken> token, boolean isKnown) {}

    AuditedCall(Recording recording, MethodDescriptor<?, ?> method, Kind kind, Origin origin) {
        this.recording = recording;
        this.method = method;
        this.kind = kind;
        this.origin = origin;
        this.arrived = recording.nanoTime().getAsLong();
    }

    /**
     * Returns the call that this thread handles.
     *
     * @return the call; empty if the server records none
     */
    static Optional<AuditedCall> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** Returns a context in which this is the current call. */
    Context in(Context context) {
        return context.withValue(CURRENT, this);
    }

    /** Returns true if the call is to be recorded before it is handled, once its caller is known. */
    boolean isAnnounced() {
        return kind == Kind.STREAM
                || (kind == Kind.CALL && recording.log().options().isRequired());
    }

    /** Returns true if the call's answer has to wait for its line, if it has one. */
    boolean isAnsweredLate() {
        return method.getType() == MethodType.UNARY && recording.log().options().isSync();
    }

    /** Says what the call is about, as its request says it. */
    void about(Message request) {
        about(MessageObjects.of(request));
        FieldDescriptor id = request.getDescriptorForType().findFieldByName("request_id");
        if (id != null && id.getJavaType() == FieldDescriptor.JavaType.STRING) {
            synchronized (this) {
                requestId = (String) request.getField(id);
            }
        }
    }

    /** Says more of what the call is about. Later values replace those with the same name. */
    synchronized void about(Map<String, String> more) {
        more.forEach((name, value) -> addTo(objects, name, value));
    }

    private static void addTo(Map<String, String> objects, String name, String value) {
        if (!value.isEmpty()) {
            objects.put(name, Redaction.of(value));
        }
    }

    /**
     * Records that the call is about to be handled, or that the node has registered. Never blocks.
     *
     * @return completed once that is in the log; fails with {@link AuditException}
     */
    synchronized CompletableFuture<Void> begun() {
        hasBegun = true;
        return recording.log().append(line(Stage.BEGUN));
    }

    /**
     * Records a call of which its service has checked who makes it, before it is handled, if the server's options say so.
     * Blocks.
     *
     * @throws AuditException if it can't be recorded in time, and may not be handled then
     */
    void proved() {
        if (kind == Kind.PROVED_CALL && recording.log().options().isRequired()) {
            awaitBegun();
        }
    }

    /**
     * Records what the node of this session reads. Never blocks. Nothing is recorded if there is nothing to read yet: a node
     * asks again and again.
     *
     * @return completed once that is in the log, if lines are awaited, or when it has taken too long; never fails, since a disk
     *     that is full must not stop tasks
     */
    CompletableFuture<Void> read(VariablesRequest request, TaskVariables answer) {
        if (answer.getError().isEmpty() && answer.getVariablesCount() == 0) {
            return CompletableFuture.completedFuture(null);
        }
        Map<String, String> asked = new LinkedHashMap<>();
        asked.put("allocation_id", request.getAllocationId());
        asked.put("task", request.getTask());
        asked.put(
                "path",
                answer.getVariablesList().stream().map(Variable::getPath).collect(Collectors.joining(", ")));
        Status.Code status = answer.getError().isEmpty() ? Status.Code.OK : Status.Code.FAILED_PRECONDITION;
        CompletableFuture<Void> written =
                recording.log().append(line(Stage.READ, asked).result(status.name(), Redaction.of(answer.getError())));
        AuditOptions options = recording.log().options();
        return options.isSync() || options.isRequired()
                ? written.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).exceptionally(failure -> null)
                : CompletableFuture.completedFuture(null);
    }

    /**
     * Records that the call is about to be handled, and waits for it if the server's options say so. Blocks.
     *
     * @throws AuditException if it can't be recorded in time, and may not be handled then
     */
    void awaitBegun() {
        CompletableFuture<Void> written = begun();
        AuditOptions options = recording.log().options();
        if (!options.isRequired() && !options.isSync()) {
            return;
        }
        try {
            written.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (options.isRequired()) {
                throw (AuditException) e.getCause();
            }
        } catch (TimeoutException e) {
            if (options.isRequired()) {
                throw AuditException.tooSlow(PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a call was recorded", e);
        }
    }

    /**
     * Records how the call has ended.
     *
     * @param answer what the caller gets, if it gets one message only
     * @return completed once that is in the log; fails with {@link AuditException}. Empty if it is not recorded
     */
    Optional<CompletableFuture<Void>> ended(Status status, Metadata trailers, Optional<Message> answer) {
        boolean isRefusal =
                status.getCode() == Status.Code.UNAUTHENTICATED || status.getCode() == Status.Code.PERMISSION_DENIED;
        if (kind == Kind.READ && !isRefusal) {
            return Optional.empty();
        }
        long omitted = 0;
        if (isCheap(status)) {
            if (!recording.strangers().mayWrite()) {
                return Optional.empty();
            }
            omitted = recording.strangers().omitted();
        }
        answer.ifPresent(message -> about(MessageObjects.of(message)));
        Duration duration = Duration.ofNanos(recording.nanoTime().getAsLong() - arrived);
        AuditLine line = line(Stage.ENDED)
                .outcome(status.getCode().name(), Redaction.reason(status, trailers), duration)
                .lost(omitted);
        return Optional.of(recording.log().append(line));
    }

    /** Returns true for a failed call of a kind that a caller can make as often as it likes. */
    private synchronized boolean isCheap(Status status) {
        boolean isOverLimit = status.getCode() == Status.Code.RESOURCE_EXHAUSTED;
        return !hasBegun && !status.isOk() && (isOverLimit || !origin.isKnown());
    }

    private AuditLine line(Stage stage) {
        return line(stage, Map.of());
    }

    /** Begins a line about the call, and about more than the call itself. */
    private synchronized AuditLine line(Stage stage, Map<String, String> more) {
        if (callId.isEmpty()) {
            callId = Optional.of(recording.callIds().get());
        }
        AuditLine line = new AuditLine(recording.clock().instant(), stage)
                .call(callId.get(), method.getFullMethodName())
                .peer(origin.address(), origin.certificate());
        origin.token()
                .ifPresent(token -> line.token(token.getAccessorId(), Redaction.of(token.getName()), typeOf(token)));
        Map<String, String> named = new LinkedHashMap<>(objects);
        more.forEach((name, value) -> addTo(named, name, value));
        return line.object(named).requestId(Redaction.of(requestId));
    }

    private static String typeOf(AclToken token) {
        return token.getType().name().replace("ACL_TOKEN_TYPE_", "").toLowerCase(Locale.ROOT);
    }
}
