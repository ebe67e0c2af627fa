package dev.gantry.api;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Refuses all calls, with a status that tells clients to try again, until the server is complete: it listens before it
 * knows its port, and leaves its tokens under the number of that port. A caller that comes in between must not be told
 * that it needs a token.
 */
final class StartGate implements ServerInterceptor {

    private volatile boolean open;

    /** Lets calls in from now on. */
    void open() {
        open = true;
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (open) {
            return next.startCall(call, headers);
        }
        call.close(StatusMapping.starting(), new Metadata());
        return new Listener<>() {};
    }
}
