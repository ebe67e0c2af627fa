package dev.gantry.api;

import com.google.protobuf.Message;
import dev.gantry.access.Authenticator;
import dev.gantry.access.Caller;
import dev.gantry.api.AuditedCall.Kind;
import dev.gantry.api.AuditedCall.Origin;
import dev.gantry.api.AuditedCall.Recording;
import dev.gantry.api.access.BearerToken;
import dev.gantry.api.access.CallRule;
import dev.gantry.api.access.CallRule.Audience;
import dev.gantry.api.access.CallRules;
import dev.gantry.api.access.NodeHeaders;
import dev.gantry.audit.AuditException;
import dev.gantry.audit.AuditLog;
import dev.gantry.v1.AclToken;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Records calls in the audit log. Stands outside of all that may refuse a call, and sees how each call ends.
 * {@link #announcing} stands inside, and records that a call is about to be handled. It needs an interceptor between the
 * two that lets a call be closed only once.
 */
final class AuditInterceptor implements ServerInterceptor {

    private static final int STRANGERS_BURST = 1000;
    private static final double STRANGERS_PER_SECOND = 1;

    private final CallRules rules;
    private final Authenticator authenticator;
    private final boolean isInsecure;
    private final Recording recording;

    /**
     * Makes the interceptor.
     *
     * @param log the log
     * @param rules tells which calls are audited
     * @param authenticator finds the holders of tokens
     * @param isInsecure true if callers need no token
     * @param clock the time of lines
     * @param nanoTime a monotonic clock, as {@link System#nanoTime}
     */
    AuditInterceptor(
            AuditLog log,
            CallRules rules,
            Authenticator authenticator,
            boolean isInsecure,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.rules = rules;
        this.authenticator = authenticator;
        this.isInsecure = isInsecure;
        String start = Long.toString(clock.millis(), Character.MAX_RADIX);
        AtomicLong calls = new AtomicLong();
        this.recording = new Recording(
                log,
                clock,
                nanoTime,
                () -> start + "-" + calls.incrementAndGet(),
                new StrangerLines(new TokenBucket(STRANGERS_PER_SECOND, STRANGERS_BURST, nanoTime)));
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Optional<CallRule> rule = rules.of(call.getMethodDescriptor());
        AuditedCall audited =
                new AuditedCall(recording, call.getMethodDescriptor(), kind(rule, call), origin(call, headers));
        if (isForNodes(rule)) {
            NodeHeaders.claimedId(headers).ifPresent(id -> audited.about(Map.of("node_id", id)));
        }
        Recorded<Q, A> recorded = new Recorded<>(call, audited);
        Context context = audited.in(Context.current());
        return new SimpleForwardingServerCallListener<>(Contexts.interceptCall(context, recorded, headers, next)) {
            @Override
            public void onCancel() {
                recorded.cancelled();
                super.onCancel();
            }
        };
    }

    /** Returns the interceptor that sees only calls that are not refused. */
    ServerInterceptor announcing() {
        return new Announcing();
    }

    private static Kind kind(Optional<CallRule> rule, ServerCall<?, ?> call) {
        if (rule.filter(known -> !known.isAudited()).isPresent()) {
            return Kind.READ;
        }
        if (call.getMethodDescriptor().getType() == MethodType.UNARY) {
            return rule.filter(known -> known.audience() != Audience.HOLDERS).isPresent()
                    ? Kind.PROVED_CALL
                    : Kind.CALL;
        }
        return isForNodes(rule) ? Kind.SESSION : Kind.STREAM;
    }

    private static boolean isForNodes(Optional<CallRule> rule) {
        return rule.filter(known -> known.audience() == Audience.NODES).isPresent();
    }

    private Origin origin(ServerCall<?, ?> call, Metadata headers) {
        Optional<AclToken> token = BearerToken.of(headers)
                .flatMap(authenticator::authenticate)
                .flatMap(caller ->
                        caller instanceof Caller.Holder holder ? Optional.of(holder.token()) : Optional.empty());
        Peer peer = PeerCertificates.of(call);
        Optional<String> certificate = peer.hasCertificate()
                ? Optional.of(peer.role().map(Object::toString).orElse("no role"))
                : Optional.empty();
        return new Origin(address(call), certificate, token, isInsecure || token.isPresent());
    }

    private static String address(ServerCall<?, ?> call) {
        SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return remote instanceof InetSocketAddress internet
                ? internet.getAddress().getHostAddress() + ":" + internet.getPort()
                : String.valueOf(remote);
    }

    /** Sees the end of a call. */
    private static final class Recorded<Q, A> extends SimpleForwardingServerCall<Q, A> {

        private final AuditedCall audited;

        // Guarded by this.
        private Optional<A> answer = Optional.empty();
        private boolean closed;
        private boolean cancelled;

        Recorded(ServerCall<Q, A> call, AuditedCall audited) {
            super(call);
            this.audited = audited;
        }

        @Override
        public void sendMessage(A message) {
            if (getMethodDescriptor().getType() == MethodType.UNARY) {
                synchronized (this) {
                    answer = Optional.of(message);
                }
            }
            if (!audited.isAnsweredLate()) {
                super.sendMessage(message);
            }
        }

        @Override
        public void close(Status status, Metadata trailers) {
            Optional<A> sent;
            boolean isRecorded;
            synchronized (this) {
                closed = true;
                sent = answer;
                isRecorded = cancelled && getMethodDescriptor().getType() != MethodType.UNARY;
            }
            if (isRecorded) {
                super.close(status, trailers);
                return;
            }
            Optional<CompletableFuture<Void>> written = audited.ended(status, trailers, sent.map(Message.class::cast));
            if (!audited.isAnsweredLate()) {
                super.close(status, trailers);
            } else if (written.isEmpty()) {
                answer(sent, status, trailers);
            } else {
                var unused = written.get()
                        .orTimeout(AuditedCall.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                        .whenComplete((done, failure) -> answer(sent, status, trailers));
            }
        }

        /** Sends what {@link #sendMessage} has held back, then closes the call. */
        private void answer(Optional<A> held, Status status, Metadata trailers) {
            if (status.isOk()) {
                held.ifPresent(super::sendMessage);
            }
            super.close(status, trailers);
        }

        /**
         * Records that the caller has left. If the server handles a request to its end nevertheless, that is recorded too:
         * the caller's absence undoes nothing.
         */
        void cancelled() {
            synchronized (this) {
                if (closed) {
                    return;
                }
                cancelled = true;
            }
            var unused = audited.ended(
                    Status.CANCELLED.withDescription("The caller has left, or its deadline has passed"),
                    new Metadata(),
                    Optional.empty());
        }
    }

    /** Records calls before they are handled. Runs where calls may block. */
    private static final class Announcing implements ServerInterceptor {

        @Override
        public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            Optional<AuditedCall> audited = AuditedCall.current().filter(AuditedCall::isAnnounced);
            Listener<Q> listener = next.startCall(call, headers);
            return audited.isPresent() ? new Announced<>(listener, call, audited.get()) : listener;
        }
    }

    private static final class Announced<Q> extends SimpleForwardingServerCallListener<Q> {

        private final ServerCall<Q, ?> call;
        private final AuditedCall audited;
        private boolean announced;
        private boolean refused;

        Announced(Listener<Q> listener, ServerCall<Q, ?> call, AuditedCall audited) {
            super(listener);
            this.call = call;
            this.audited = audited;
        }

        @Override
        public void onMessage(Q request) {
            if (!announced) {
                announced = true;
                announce();
            }
            if (!refused) {
                super.onMessage(request);
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }

        private void announce() {
            try {
                audited.awaitBegun();
            } catch (AuditException e) {
                refused = true;
                StatusRuntimeException status = StatusMapping.toStatus(e);
                call.close(status.getStatus(), new Metadata());
            }
        }
    }
}
