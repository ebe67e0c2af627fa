package dev.gantry.cluster;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A task that may be called for at any time, from any thread, and never runs twice at once. Calls that come while it
 * waits or runs are answered by one more run.
 */
public final class SerialTask {

    private static final int IDLE = 0;
    private static final int QUEUED = 1;
    private static final int RUNNING = 2;
    private static final int RUNNING_AND_CALLED = 3;

    private final Executor executor;
    private final Runnable task;
    private final AtomicInteger state = new AtomicInteger(IDLE);

    /**
     * Makes a task.
     *
     * @param executor where to run it; once it is shut down it must pass over what it is given
     * @param task what to run; it must not throw
     */
    public SerialTask(Executor executor, Runnable task) {
        this.executor = executor;
        this.task = task;
    }

    /** Calls for a run that begins after this call. Never waits. */
    public void call() {
        int before = state.getAndUpdate(SerialTask::afterCall);
        if (before == IDLE) {
            executor.execute(this::run);
        }
    }

    private static int afterCall(int state) {
        return switch (state) {
            case IDLE, QUEUED -> QUEUED;
            default -> RUNNING_AND_CALLED;
        };
    }

    private void run() {
        // Read and written at once, so that the run sees what each caller wrote before it called.
        state.getAndSet(RUNNING);
        try {
            task.run();
        } finally {
            // Not a loop: others of this executor get their turn first.
            if (!state.compareAndSet(RUNNING, IDLE)) {
                state.set(QUEUED);
                executor.execute(this::run);
            }
        }
    }
}
