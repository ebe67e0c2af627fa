package dev.gantry.api;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import java.util.concurrent.Executor;

/**
 * Lets the calls of one method, which never waits, run on the event loop that brings their messages. A node says something
 * of each of its allocations several times: to hand it to another thread takes longer than to take it in.
 *
 * @param neverWaiting the method
 */
record CallThreads(MethodDescriptor<?, ?> neverWaiting) implements ServerCallExecutorSupplier {

    /** Null leaves a call to the server's own executor. */
    @Override
    public <Q, A> Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
        return call.getMethodDescriptor().equals(neverWaiting) ? Runnable::run : null;
    }
}
