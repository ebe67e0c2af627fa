package dev.gantry.node;

import dev.gantry.node.allocation.RunnerContext;
import dev.gantry.node.session.UpdateQueue;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.ClientStatus;
import java.time.Duration;

/** Queues the updates of allocations for the server, and decides when they are sent. Owned by the owner thread. */
final class AllocationReports {

    /**
     * The wait of an update of a pending allocation for a newer one; Nomad's client waits 200 ms with all updates.
     * Most allocations run within this time, which saves the server a write. Other updates are sent at once.
     */
    private static final Duration PENDING_DELAY = Duration.ofMillis(500);

    private final UpdateQueue updates;
    private final RunnerContext.Timer timer;
    private Runnable listener = () -> {};
    private boolean isScheduled;

    AllocationReports(UpdateQueue updates, RunnerContext.Timer timer) {
        this.updates = updates;
        this.timer = timer;
    }

    /** Sets the listener that sends queued updates. */
    void listen(Runnable sender) {
        this.listener = sender;
    }

    /** Queues an update for the next session. */
    void queue(AllocationUpdate update) {
        updates.put(update);
    }

    /** Queues an update and sends it, a little later if the allocation is pending. */
    void report(AllocationUpdate update) {
        if (update.getClientStatus() != ClientStatus.CLIENT_STATUS_PENDING) {
            reportNow(update);
            return;
        }
        updates.put(update);
        if (!isScheduled) {
            isScheduled = true;
            var unused = timer.schedule(
                    () -> {
                        isScheduled = false;
                        listener.run();
                    },
                    PENDING_DELAY);
        }
    }

    /** Queues an update and sends it at once. */
    void reportNow(AllocationUpdate update) {
        updates.put(update);
        listener.run();
    }
}
