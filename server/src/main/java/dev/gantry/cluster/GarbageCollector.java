package dev.gantry.cluster;

import dev.gantry.store.Garbage;
import dev.gantry.store.GarbageSearch;
import dev.gantry.store.GarbageSearch.Found;
import dev.gantry.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.ToIntBiFunction;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets what has ended long ago, so that the database does not grow for ever.
 *
 * <p>How old something is, it reads from its modify_index: at each run it notes which index the cluster has, and so
 * knows later what had changed by then. After a start it has no notes, and forgets nothing until they are old enough.
 * Owned by a thread of its own, since a search of a large database takes seconds.
 */
public final class GarbageCollector {

    private static final Logger LOG = LoggerFactory.getLogger(GarbageCollector.class);

    /** So many rows are forgotten by one write, which others wait for. */
    private static final int BATCH = 500;

    /** So many rows one search looks at: each takes a look at all that has ended first. */
    private static final int SEARCHED = 10_000;

    /** So many searches for one kind at a time; what is left then is found the next time. */
    private static final int SEARCHES = 10;

    private record Note(Instant time, long index) {}

    private final Store store;
    private final GarbageSearch search;
    private final GarbageThresholds thresholds;
    private final Clocks clocks;
    private final Deque<Note> notes = new ArrayDeque<>();
    private final Instant wallAtBegin;
    private final Instant steadyAtBegin;

    /**
     * Begins without notes.
     *
     * @param store where to forget
     * @param thresholds how long what has ended is kept
     * @param clocks measure for how long something was not needed
     */
    public GarbageCollector(Store store, GarbageThresholds thresholds, Clocks clocks) {
        this.store = store;
        this.search = store.garbage();
        this.thresholds = thresholds;
        this.clocks = clocks;
        this.wallAtBegin = clocks.wall().instant();
        this.steadyAtBegin = clocks.steady().instant();
    }

    /** Forgets what can be forgotten. Called every few minutes, by one thread. */
    public void collect() {
        Instant now = clocks.steady().instant();
        notes.addLast(new Note(now, store.reader().lastIndex()));
        long evaluations = indexBefore(now, thresholds.evaluations());
        long deployments = indexBefore(now, thresholds.deployments());
        long jobs = indexBefore(now, thresholds.jobs());
        long nodes = indexBefore(now, thresholds.nodes());
        forget("evaluations", limit -> search.evaluations(evaluations, limit), Garbage::evaluations);
        forget("deployments", limit -> search.deployments(deployments, limit), Garbage::deployments);
        forget(
                "allocations",
                limit -> search.allocations(evaluations, thresholds.allocationsKept(), limit),
                Garbage::allocations);
        forget(
                "job versions",
                limit -> search.jobsWithOldVersions(thresholds.versionsKept(), limit),
                (garbage, ids) -> garbage.jobVersions(ids, thresholds.versionsKept()));
        forget("jobs", limit -> search.jobs(jobs, limit), (garbage, ids) -> garbage.jobs(ids, jobs));
        forget("nodes", limit -> search.nodes(nodes, limit), (garbage, ids) -> garbage.nodes(ids, nodes));
        tell("request ids", write(garbage -> garbage.submissions(earliestNow().minus(thresholds.requests()))));
        dropNotes(now);
    }

    /**
     * The time by which request ids are old, which are stored with the time of the wall clock: that clock's, but not more than
     * has passed since the begin. A clock that is set ahead meanwhile makes none of them old.
     */
    private Instant earliestNow() {
        Instant passed =
                wallAtBegin.plus(Duration.between(steadyAtBegin, clocks.steady().instant()));
        Instant wall = clocks.wall().instant();
        return wall.isBefore(passed) ? wall : passed;
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

    /** One batch after the other: the next kind may go only because of the one before. */
    private void forget(String kind, IntFunction<Found> search, ToIntBiFunction<Garbage, List<String>> remove) {
        int forgotten = 0;
        boolean isLast = false;
        for (int searches = 0; searches < SEARCHES && !isLast; searches++) {
            Found found = search.apply(SEARCHED);
            for (int begin = 0; begin < found.ids().size(); begin += BATCH) {
                List<String> batch = found.ids()
                        .subList(begin, Math.min(begin + BATCH, found.ids().size()));
                forgotten += write(garbage -> remove.applyAsInt(garbage, batch));
            }
            isLast = found.isLast();
        }
        tell(kind, forgotten);
    }

    private int write(ToIntFunction<Garbage> write) {
        return store.write(transaction -> write.applyAsInt(transaction.garbage()))
                .join();
    }

    private static void tell(String kind, int forgotten) {
        if (forgotten > 0) {
            LOG.info("Forgot {} {}", forgotten, kind);
        }
    }

    /** All but the newest of those that are older than any threshold. */
    private void dropNotes(Instant now) {
        Duration longest = max(
                max(thresholds.evaluations(), thresholds.deployments()), max(thresholds.jobs(), thresholds.nodes()));
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
