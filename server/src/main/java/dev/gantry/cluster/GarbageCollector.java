package dev.gantry.cluster;

import dev.gantry.store.Garbage;
import dev.gantry.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets what has ended long ago, so that the database does not grow for ever.
 *
 * <p>How old something is, it reads from its modify_index: at each run it notes which index the cluster has, and so
 * knows later what had changed by then. After a start it has no notes, and forgets nothing until they are old enough.
 * Owned by the thread of the ticks.
 */
public final class GarbageCollector {

    private static final Logger LOG = LoggerFactory.getLogger(GarbageCollector.class);

    /** So many rows are forgotten by one write, which others wait for. */
    private static final int BATCH = 500;

    private record Note(Instant time, long index) {}

    private final Store store;
    private final GarbageThresholds thresholds;
    private final InstantSource clock;
    private final Deque<Note> notes = new ArrayDeque<>();

    /**
     * Begins without notes.
     *
     * @param store where to forget
     * @param thresholds how long what has ended is kept
     * @param clock tells the time
     */
    public GarbageCollector(Store store, GarbageThresholds thresholds, InstantSource clock) {
        this.store = store;
        this.thresholds = thresholds;
        this.clock = clock;
    }

    /** Forgets a batch of each kind. Called about once a minute, by one thread. */
    public void collect() {
        Instant now = clock.instant();
        notes.addLast(new Note(now, store.reader().lastIndex()));
        forget("evaluations", garbage -> garbage.evaluations(indexBefore(now, thresholds.evaluations()), BATCH));
        forget("deployments", garbage -> garbage.deployments(indexBefore(now, thresholds.evaluations()), BATCH));
        forget(
                "allocations",
                garbage -> garbage.allocations(
                        indexBefore(now, thresholds.allocations()), thresholds.allocationsKept(), BATCH));
        forget("job versions", garbage -> garbage.jobVersions(thresholds.versionsKept(), BATCH));
        forget("jobs", garbage -> garbage.jobs(indexBefore(now, thresholds.jobs()), BATCH));
        forget("request ids", garbage -> garbage.submissions(now.minus(thresholds.requests())));
        dropNotes(now);
    }

    /** The newest index that the cluster had so long ago already; 0 if nobody knows. */
    private long indexBefore(Instant now, Duration age) {
        Instant then = now.minus(age);
        return notes.stream()
                .filter(note -> !note.time().isAfter(then))
                .mapToLong(Note::index)
                .max()
                .orElse(0);
    }

    /** In the thread of the ticks, one after the other: the next kind may go only because of the one before. */
    private void forget(String kind, ToIntFunction<Garbage> batch) {
        int forgotten = store.write(transaction -> batch.applyAsInt(transaction.garbage()))
                .join();
        if (forgotten > 0) {
            LOG.info("Forgot {} {}", forgotten, kind);
        }
    }

    /** All but the newest of those that are older than any threshold. */
    private void dropNotes(Instant now) {
        Duration longest = max(thresholds.evaluations(), max(thresholds.jobs(), thresholds.allocations()));
        Instant oldest = now.minus(longest);
        while (notes.size() > 1) {
            Note first = notes.removeFirst();
            if (notes.getFirst().time().isAfter(oldest)) {
                notes.addFirst(first);
                return;
            }
        }
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
