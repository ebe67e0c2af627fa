package dev.gantry.api;

import com.google.protobuf.Message;
import dev.gantry.access.Authenticator;
import dev.gantry.access.Caller;
import dev.gantry.access.Grants;
import dev.gantry.api.access.AuthenticationInterceptor;
import dev.gantry.api.access.CallContext;
import dev.gantry.api.access.CallGrants;
import dev.gantry.api.access.CallRule;
import dev.gantry.api.access.CallRule.Audience;
import dev.gantry.api.access.CallRule.Prepared;
import dev.gantry.api.access.CallRules;
import dev.gantry.cluster.PermissionDeniedException;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Applies {@link CallRules}: a service sees only requests that their callers may make. A request is decided on when it has
 * come, on a thread that may block. An open stream is decided on again before each of its messages, and by
 * {@link #recheck}. Needs {@link CallContext#CALLER}, and an outer interceptor that lets any thread close a call.
 */
final class AccessInterceptor implements ServerInterceptor {

    private final CallRules rules;
    private final Authenticator authenticator;
    private final InstantSource clock;

    private final Set<Guarded<?, ?>> streams = ConcurrentHashMap.newKeySet();

    /**
     * Makes the interceptor.
     *
     * @param rules the rules
     * @param authenticator tells what a caller may do at present
     * @param clock the wall clock, by which certificates end
     */
    AccessInterceptor(CallRules rules, Authenticator authenticator, InstantSource clock) {
        this.rules = rules;
        this.authenticator = authenticator;
        this.clock = clock;
    }

    /** Ends the open streams that their callers may not read any more. Never blocks. */
    void recheck() {
        streams.forEach(Guarded::recheck);
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Optional<CallRule> rule = rules.of(call.getMethodDescriptor());
        if (rule.isEmpty()) {
            return refuse(call, new PermissionDeniedException("No rule says who may call this method"));
        }
        if (rule.get().audience() != Audience.HOLDERS) {
            return next.startCall(call, headers);
        }
        Caller caller = CallContext.CALLER.get();
        if (caller == null) {
            return refuse(call, AuthenticationInterceptor.unknownToken());
        }
        Guarded<Q, A> guarded = new Guarded<>(call, rule.get(), caller, Peer.CURRENT.get());
        Context context = CallGrants.with(Context.current(), guarded::grants);
        return new Gate<>(Contexts.interceptCall(context, guarded, headers, next), guarded);
    }

    private static <Q> Listener<Q> refuse(ServerCall<Q, ?> call, RuntimeException why) {
        StatusRuntimeException status = StatusMapping.toStatus(why);
        call.close(status.getStatus(), status.getTrailers() == null ? new Metadata() : status.getTrailers());
        return new Listener<>() {};
    }

    /** A call with what is to be decided on. */
    private final class Guarded<Q, A> extends SimpleForwardingServerCall<Q, A> {

        private final CallRule rule;
        private final Caller caller;
        private final Peer peer;
        private final Optional<AuditedCall> audited = AuditedCall.current();

        /** Null until the request has come. */
        private volatile Prepared prepared;

        Guarded(ServerCall<Q, A> call, CallRule rule, Caller caller, Peer peer) {
            super(call);
            this.rule = rule;
            this.caller = caller;
            this.peer = peer;
        }

        Grants grants() {
            return authenticator.present(caller).map(Caller::grants).orElse(Grants.NONE);
        }

        /**
         * Decides on a request.
         *
         * @return the request for the service
         * @throws RuntimeException if the caller may not make it
         */
        @SuppressWarnings("unchecked") // The rule returns a message of the same type.
        Q admit(Q request) {
            audited.ifPresent(call -> call.about((Message) request));
            Prepared decided = rule.preparation().prepare((Message) request, present());
            audited.ifPresent(call -> call.about(decided.objects()));
            prepared = decided;
            if (getMethodDescriptor().getType() != MethodType.UNARY) {
                // Before the check, so that no change between the two is missed.
                streams.add(this);
            }
            decided.check().accept(present());
            return (Q) decided.request();
        }

        /** A connection may outlive the token and the certificate of its caller. */
        private Caller present() {
            peer.requireValid(clock.instant());
            return authenticator.present(caller).orElseThrow(AuthenticationInterceptor::unknownToken);
        }

        void recheck() {
            isAllowed();
        }

        void forget() {
            streams.remove(this);
        }

        /** Decides again; ends the call if its caller may not go on. */
        private boolean isAllowed() {
            try {
                prepared.check().accept(present());
                return true;
            } catch (RuntimeException e) {
                forget();
                refuse(delegate(), e);
                return false;
            }
        }

        @Override
        public void sendMessage(A message) {
            if (getMethodDescriptor().getType() == MethodType.UNARY || isAllowed()) {
                super.sendMessage(message);
            }
        }

        @Override
        public void close(Status status, Metadata trailers) {
            forget();
            super.close(status, trailers);
        }
    }

    /** Lets only admitted requests pass. */
    private static final class Gate<Q> extends SimpleForwardingServerCallListener<Q> {

        private final Guarded<Q, ?> call;
        private boolean refused;

        Gate(Listener<Q> listener, Guarded<Q, ?> call) {
            super(listener);
            this.call = call;
        }

        @Override
        public void onMessage(Q request) {
            if (refused) {
                return;
            }
            Q admitted;
            try {
                admitted = call.admit(request);
            } catch (RuntimeException e) {
                refused = true;
                call.forget();
                refuse(call, e);
                return;
            }
            super.onMessage(admitted);
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }

        @Override
        public void onCancel() {
            call.forget();
            super.onCancel();
        }

        @Override
        public void onComplete() {
            call.forget();
            super.onComplete();
        }
    }
}
