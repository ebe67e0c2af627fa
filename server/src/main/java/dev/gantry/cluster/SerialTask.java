package dev.gantry.cluster;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A task that any thread may call for at any time and that never runs twice at once. Calls that arrive while the task
 * is queued or running lead to one more run.
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
     * Creates a task.
     *
     * @param executor runs the task; after shutdown it must ignore tasks
     * @param task the task; it must not throw
     */
    public SerialTask(Executor executor, Runnable task) {
        this.executor = executor;
        this.task = task;
    }

    /** Requests a run that begins after this call. Never blocks. */
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
        // Read and write at once, so that the run sees what each caller wrote before its call.
        state.getAndSet(RUNNING);
        try {
            task.run();
        } finally {
            // Not a loop: other tasks of the executor get their turn first.
            if (!state.compareAndSet(RUNNING, IDLE)) {
                state.set(QUEUED);
                executor.execute(this::run);
            }
        }
    }
}
