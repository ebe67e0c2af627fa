package dev.gantry.api;

import dev.gantry.model.EscalatingScheduler;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import java.util.concurrent.Executor;

/**
 * Chooses the executor of each part of a call. A server with it must have {@link #SAME_THREAD} as its own executor.
 *
 * <p>The beginning of each call runs on the event loop that received it: it only checks limits and asks for the
 * request. So a call above a limit is refused, and a request is counted, however busy the threads of calls are. The
 * rest of a call runs in those threads, and may block.
 *
 * <p>The calls of one method, which never blocks, stay on the event loop, so that calls of other methods can't delay
 * them. The sessions of nodes are such calls. This is also faster: a node reports each of its allocations several
 * times, and a report takes less time to handle than to hand over to another thread.
 *
 * @param nonBlocking the full name of the method that never blocks
 * @param threads run the other calls
 */
record CallExecutorSupplier(String nonBlocking, Executor threads) implements ServerCallExecutorSupplier {

    /** Runs a task in the calling thread, an event loop. Escalates an Error, which gRPC would only log. */
    static final Executor SAME_THREAD = task -> {
        try {
            task.run();
        } catch (LinkageError | VirtualMachineError e) {
            EscalatingScheduler.escalate(e);
            throw e;
        }
    };

    /**
     * Makes a supplier.
     *
     * @param nonBlocking the method that never blocks
     * @param threads run the other calls
     */
    CallExecutorSupplier(MethodDescriptor<?, ?> nonBlocking, Executor threads) {
        this(nonBlocking.getFullMethodName(), threads);
    }

    @Override
    public <Q, A> Executor getExecutor(ServerCall<Q, A> call, Metadata headers) {
        return call.getMethodDescriptor().getFullMethodName().equals(nonBlocking)
                ? SAME_THREAD
                : new FirstTaskInSameThread(threads);
    }

    /** Runs the first task in the calling thread. gRPC gives one task at a time. */
    private static final class FirstTaskInSameThread implements Executor {

        private final Executor threads;
        private boolean hasRunFirst;

        FirstTaskInSameThread(Executor threads) {
            this.threads = threads;
        }

        @Override
        public void execute(Runnable task) {
            if (hasRunFirst) {
                threads.execute(task);
            } else {
                hasRunFirst = true;
                SAME_THREAD.execute(task);
            }
        }
    }
}
