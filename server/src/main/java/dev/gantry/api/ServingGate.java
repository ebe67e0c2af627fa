package dev.gantry.api;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.function.BooleanSupplier;

/**
 * Refuses all calls, with a status that tells clients to try again, while the server can't answer them rightly.
 *
 * <ul>
 *   <li>Until the server is complete: it listens before it knows its port, and leaves its tokens under the number of that
 *       port. A caller that comes in between must not be told that it needs a token.
 *   <li>While another server may have taken over the database, for instance after a pause of this one: what this one knows
 *       may be old.
 * </ul>
 */
final class ServingGate implements ServerInterceptor {

    private final BooleanSupplier isLeader;
    private volatile boolean open;

    /**
     * Makes a gate that is closed.
     *
     * @param isLeader tells whether this server is certain that it leads; quick
     */
    ServingGate(BooleanSupplier isLeader) {
        this.isLeader = isLeader;
    }

    /** Lets calls in from now on. */
    void open() {
        open = true;
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (open && isLeader.getAsBoolean()) {
            return next.startCall(call, headers);
        }
        call.close(open ? StatusMapping.doubtfulLeader() : StatusMapping.starting(), new Metadata());
        return new Listener<>() {};
    }
}
