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
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Decides which tasks of a node may fetch an artifact now. A few may at a time; the others wait.
 *
 * <ul>
 *   <li>A task that wants a file which another task is fetching waits for that task, and takes no turn meanwhile.
 *   <li>A turn that lasts makes room: after some time, the next task may begin beside it. Only so many may last at a time. So
 *       servers that are slow do not keep other tasks from their artifacts.
 *   <li>A job gets a turn only while it has fewer new ones than are free: two of four if no other job has one. With those that
 *       last, neither a job nor a server has more turns than may begin at a time.
 *   <li>The next turn goes to the job with the fewest turns, and within these to the task that has waited longest. Each
 *       turn ends in a limited time, so each wait does too.
 * </ul>
 *
 * <p>Thread-safe: the monitor guards who has a turn and who waits. The threads of tasks wait outside of it.
 */
final class FetchTurns {

    private final int atOnce;
    private final int lasting;
    private final Duration brief;
    private final LongSupplier nanoTime;

    /** Guarded by the monitor. */
    private final List<Turn> held = new ArrayList<>();

    /** In the order of their arrival. Guarded by the monitor. */
    private final List<Turn> waiting = new ArrayList<>();

    /**
     * Makes it.
     *
     * @param atOnce how many may fetch at a time, besides those that last; 1 or more
     * @param lasting how many that last may be besides these
     * @param brief a turn that is longer lasts
     * @param nanoTime tells elapsed time, in nanoseconds
     */
    FetchTurns(int atOnce, int lasting, Duration brief, LongSupplier nanoTime) {
        this.atOnce = atOnce;
        this.lasting = lasting;
        this.brief = brief;
        this.nanoTime = nanoTime;
    }

    /**
     * A request for one artifact of a task.
     *
     * @param job the job of the task
     * @param server the server that it comes from; empty if from none
     * @param file tells apart what only one task at a time may fetch; empty if there is no such rule for the artifact
     */
    record Wish(String job, Optional<String> server, Optional<String> file) {}

    /**
     * Waits for a turn.
     *
     * @param wish what the task wants to fetch
     * @param patience how long the task may wait before its users are told
     * @param told is called with the reason if the wait is longer, once and on this thread
     * @return the turn, to be closed
     * @throws InterruptedException if the thread is interrupted; it has no turn then
     */
    Turn take(Wish wish, Duration patience, Consumer<String> told) throws InterruptedException {
        Turn turn = new Turn(wish);
        boolean isTaken = false;
        try {
            add(turn);
            if (!await(turn, patience.toNanos())) {
                told.accept(reason(turn));
                await(turn, Long.MAX_VALUE);
            }
            isTaken = true;
            return turn;
        } finally {
            if (!isTaken) {
                turn.close();
            }
        }
    }

    /** Waits for the turn; looks again whenever one of those that are held begins to last. Returns false after the time. */
    private boolean await(Turn turn, long nanos) throws InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            long left = nanos - (System.nanoTime() - begin);
            if (turn.await(Math.min(left, untilOneLasts()))) {
                return true;
            }
            if (left <= 0) {
                return false;
            }
            grant();
        }
    }

    /** Returns for how many nanoseconds nothing changes by itself. */
    private synchronized long untilOneLasts() {
        return held.stream()
                .mapToLong(turn -> brief.toNanos() - age(turn))
                .filter(left -> left > 0)
                .min()
                .orElse(Long.MAX_VALUE);
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

    private synchronized void grant() {
        for (Optional<Turn> next = next(); next.isPresent(); next = next()) {
            waiting.remove(next.get());
            next.get().since = nanoTime.getAsLong();
            held.add(next.get());
            next.get().granted.complete(null);
        }
    }

    private Optional<Turn> next() {
        // Of equals, min() returns the first.
        return waiting.stream().filter(this::mayBegin).min(Comparator.comparingLong(this::heldByJobOf));
    }

    private boolean mayBegin(Turn turn) {
        long free = atOnce
                - held.size()
                + Math.min(lasting, held.stream().filter(this::lasts).count());
        long own = heldByJobOf(turn);
        long ownNew = own - ofJob(turn).filter(this::lasts).count();
        return !isFetched(turn) && ownNew < free && own < atOnce && !isServerBusy(turn);
    }

    private boolean isServerBusy(Turn turn) {
        return turn.wish.server().isPresent()
                && held.stream()
                                .filter(other -> other.wish.server().equals(turn.wish.server()))
                                .count()
                        >= atOnce;
    }

    private boolean isFetched(Turn turn) {
        return turn.wish.file().isPresent()
                && held.stream().anyMatch(other -> other.wish.file().equals(turn.wish.file()));
    }

    private long heldByJobOf(Turn turn) {
        return ofJob(turn).count();
    }

    private Stream<Turn> ofJob(Turn turn) {
        return held.stream().filter(other -> other.wish.job().equals(turn.wish.job()));
    }

    private boolean lasts(Turn turn) {
        return age(turn) >= brief.toNanos();
    }

    private long age(Turn turn) {
        return nanoTime.getAsLong() - turn.since;
    }

    /** Returns why a task waits. It does not name other jobs, which its users may not be allowed to see. */
    private synchronized String reason(Turn turn) {
        if (isFetched(turn)) {
            return "Waiting for another task that fetches the same artifact";
        }
        if (isServerBusy(turn)) {
            return "Waiting to fetch artifacts: %d tasks fetch from %s"
                    .formatted(atOnce, turn.wish.server().orElseThrow());
        }
        long own = heldByJobOf(turn);
        return "Waiting to fetch artifacts: the node fetches %d at a time".formatted(atOnce)
                + (own == 0 ? "" : ", of which this job has %d".formatted(own));
    }

    /** A task that waits, or may fetch an artifact until it closes the turn. */
    final class Turn implements AutoCloseable {

        private final Wish wish;
        private final CompletableFuture<Void> granted = new CompletableFuture<>();

        /** The time at which it was granted. Guarded by the monitor. */
        private long since;

        private Turn(Wish wish) {
            this.wish = wish;
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
