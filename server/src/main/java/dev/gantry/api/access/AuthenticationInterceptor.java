package dev.gantry.api.access;

import dev.gantry.access.Authenticator;
import dev.gantry.access.Caller;
import dev.gantry.cluster.UnauthenticatedException;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Finds out who makes a call, by the header {@code authorization: Bearer SECRET}, before anything else looks at the
 * call. {@link CallContext#CALLER} hands the caller on. It runs on gRPC's event loops and never blocks.
 */
public final class AuthenticationInterceptor implements ServerInterceptor {

    private static final String NO_TOKEN =
            "This call needs a token, in the header \"authorization: Bearer SECRET\". The command line finds the token of"
                    + " a server of its own user on this machine by itself, if it calls 127.0.0.1; otherwise say --token-file FILE, or set"
                    + " GANTRY_TOKEN or GANTRY_TOKEN_FILE";

    private final Authenticator authenticator;
    private final boolean isInsecure;
    private final Predicate<MethodDescriptor<?, ?>> needsNone;
    private final Function<UnauthenticatedException, Status> toStatus;

    /**
     * Makes an interceptor.
     *
     * @param authenticator finds the holders of secrets
     * @param isInsecure true if each call is {@link Caller.Anyone}'s, whatever it carries
     * @param needsNone the methods that anybody may call without a token
     * @param toStatus returns the status of a refused call
     */
    public AuthenticationInterceptor(
            Authenticator authenticator,
            boolean isInsecure,
            Predicate<MethodDescriptor<?, ?>> needsNone,
            Function<UnauthenticatedException, Status> toStatus) {
        this.authenticator = authenticator;
        this.isInsecure = isInsecure;
        this.needsNone = needsNone;
        this.toStatus = toStatus;
    }

    /**
     * Returns the failure of a caller whose token is not known (any more).
     *
     * @return the exception
     */
    public static UnauthenticatedException unknownToken() {
        return new UnauthenticatedException(
                "The token is unknown: it was deleted, it has ended, or it is another cluster's. Ask for a new one, which"
                        + " an operator makes with: gantry acl token create");
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Optional<String> secret = BearerToken.of(headers);
        Optional<Caller> caller =
                isInsecure ? Optional.of(new Caller.Anyone()) : secret.flatMap(authenticator::authenticate);
        if (caller.isPresent()) {
            Context context = Context.current().withValue(CallContext.CALLER, caller.get());
            return Contexts.interceptCall(context, call, headers, next);
        }
        if (needsNone.test(call.getMethodDescriptor())) {
            return next.startCall(call, headers);
        }
        call.close(
                toStatus.apply(secret.isPresent() ? unknownToken() : new UnauthenticatedException(NO_TOKEN)),
                new Metadata());
        return new Listener<>() {};
    }
}
