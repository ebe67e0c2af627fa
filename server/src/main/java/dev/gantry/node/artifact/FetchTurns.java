package dev.gantry.node.artifact;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Decides which tasks of a node may fetch an artifact now. A few may at a time; the others wait.
 *
 * <ul>
 *   <li>A task that wants a file which another task is fetching waits for that task, and takes no turn meanwhile.
 *   <li>A job gets a turn only while it has fewer than are free: two of four if no other job has one. So the servers of one
 *       job, or of two, do not keep the other jobs of the node from their artifacts, however slow they are.
 *   <li>The next turn goes to the job with the fewest turns, and within these to the task that has waited longest. Each
 *       turn ends in a limited time, so each wait does too.
 * </ul>
 *
 * <p>Thread-safe: the monitor guards who has a turn and who waits. The threads of tasks wait outside of it.
 */
final class FetchTurns {

    private final int atOnce;

    /** Guarded by the monitor. */
    private final List<Turn> held = new ArrayList<>();

    /** In the order of their arrival. Guarded by the monitor. */
    private final List<Turn> waiting = new ArrayList<>();

    /**
     * Makes it.
     *
     * @param atOnce how many may fetch at a time; 1 or more
     */
    FetchTurns(int atOnce) {
        this.atOnce = atOnce;
    }

    /**
     * Waits for a turn.
     *
     * @param job the job of the task
     * @param file tells apart what only one task at a time may fetch; empty if there is no such rule for the artifact
     * @param patience how long the task may wait before its users are told
     * @param told is called with the reason if the wait is longer, once and on this thread
     * @return the turn, to be closed
     * @throws InterruptedException if the thread is interrupted; it has no turn then
     */
    Turn take(String job, Optional<String> file, Duration patience, Consumer<String> told) throws InterruptedException {
        Turn turn = new Turn(job, file);
        boolean isTaken = false;
        try {
            add(turn);
            if (!turn.await(patience.toNanos())) {
                told.accept(reason(turn));
                turn.await(Long.MAX_VALUE);
            }
            isTaken = true;
            return turn;
        } finally {
            if (!isTaken) {
                turn.close();
            }
        }
    }

    /** Returns how many tasks wait. */
    synchronized int waiting() {
        return waiting.size();
    }

    private synchronized void add(Turn turn) {
        waiting.add(turn);
        grant();
    }

    private synchronized void remove(Turn turn) {
        waiting.remove(turn);
        held.remove(turn);
        grant();
    }

    private void grant() {
        for (Optional<Turn> next = next(); next.isPresent(); next = next()) {
            waiting.remove(next.get());
            held.add(next.get());
            next.get().granted.complete(null);
        }
    }

    private Optional<Turn> next() {
        // Of equals, min() returns the first.
        return waiting.stream().filter(this::mayBegin).min(Comparator.comparingLong(this::heldByJobOf));
    }

    private boolean mayBegin(Turn turn) {
        int free = atOnce - held.size();
        return !isFetched(turn) && heldByJobOf(turn) < free;
    }

    private boolean isFetched(Turn turn) {
        return turn.file.isPresent() && held.stream().anyMatch(other -> other.file.equals(turn.file));
    }

    private long heldByJobOf(Turn turn) {
        return held.stream().filter(other -> other.job.equals(turn.job)).count();
    }

    /** Returns why a task waits. It does not name other jobs, which its users may not be allowed to see. */
    private synchronized String reason(Turn turn) {
        if (isFetched(turn)) {
            return "Waiting for another task that fetches the same artifact";
        }
        long own = heldByJobOf(turn);
        return "Waiting to fetch artifacts: the node fetches %d at a time".formatted(atOnce)
                + (own == 0 ? "" : ", of which this job has %d".formatted(own));
    }

    /** A task that waits, or may fetch an artifact until it closes the turn. */
    final class Turn implements AutoCloseable {

        private final String job;
        private final Optional<String> file;
        private final CompletableFuture<Void> granted = new CompletableFuture<>();

        private Turn(String job, Optional<String> file) {
            this.job = job;
            this.file = file;
        }

        private boolean await(long nanos) throws InterruptedException {
            try {
                granted.get(nanos, TimeUnit.NANOSECONDS);
                return true;
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                throw new IllegalStateException("This future never fails", e);
            }
        }

        @Override
        public void close() {
            remove(this);
        }
    }
}
