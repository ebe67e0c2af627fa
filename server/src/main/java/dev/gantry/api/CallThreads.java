package dev.gantry.api;

import dev.gantry.model.LoudScheduler;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import java.util.concurrent.Executor;

/**
 * Decides which thread runs which part of a call. A server with it must have {@link #HERE} as its own executor.
 *
 * <p>The beginning of each call runs on the event loop that has brought it: it only looks at limits and asks for the request.
 * So a call that is one too many is refused, and a request is counted, however busy the threads of calls are. The rest of a
 * call runs in those threads, and may wait.
 *
 * <p>The calls of one method, which never waits, stay on the event loop: no call of another method can delay them. Nodes'
 * sessions are such calls. It is faster, too: a node says something of each of its allocations several times, and to hand it
 * to another thread takes longer than to take it in.
 *
 * @param neverWaiting the method
 * @param threads run the other calls
 */
record CallThreads(MethodDescriptor<?, ?> neverWaiting, Executor threads) implements ServerCallExecutorSupplier {

    /** Runs a task in the calling thread, an event loop. gRPC would log an Error there and go on. */
    static final Executor HERE = task -> {
        try {
            task.run();
        } catch (LinkageError | VirtualMachineError e) {
            LoudScheduler.escalate(e);
            throw e;
        }
    };

    @Override
    public <Q, A> Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
        return call.getMethodDescriptor().equals(neverWaiting) ? HERE : new BeginningHere(threads);
    }

    /** Runs the first task in the calling thread. gRPC gives one task at a time. */
    private static final class BeginningHere implements Executor {

        private final Executor threads;
        private boolean begun;

        BeginningHere(Executor threads) {
            this.threads = threads;
        }

        @Override
        public void execute(Runnable task) {
            if (begun) {
                threads.execute(task);
            } else {
                begun = true;
                HERE.execute(task);
            }
        }
    }
}
