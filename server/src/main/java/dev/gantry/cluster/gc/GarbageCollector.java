package dev.gantry.cluster.gc;

import dev.gantry.cluster.Clocks;
import dev.gantry.store.Deletion;
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
 * Deletes terminal objects after their thresholds, so that the database does not grow without limit.
 *
 * <p>Ages are measured by the cluster index: each run notes the current index, and an object whose modify_index is not
 * above a note has not changed since the note. After a start there are no notes, so nothing is deleted until the notes
 * are old enough. Runs in a thread of its own, since a search of a large database takes seconds.
 */
public final class GarbageCollector {

    private static final Logger LOG = LoggerFactory.getLogger(GarbageCollector.class);

    /** The most rows that one write deletes; other writes wait for it. */
    private static final int BATCH = 500;

    /** The most rows that one search returns. Each search first scans all terminal objects. */
    private static final int SEARCHED = 10_000;

    /** The most searches for one kind in a run; the next run continues. */
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
     * Creates a collector without notes.
     *
     * @param store the store
     * @param thresholds how long objects are kept
     * @param clocks measure the age of notes and of request ids
     */
    public GarbageCollector(Store store, GarbageThresholds thresholds, Clocks clocks) {
        this.store = store;
        this.search = store.garbageSearch();
        this.thresholds = thresholds;
        this.clocks = clocks;
        this.wallAtBegin = clocks.wall().instant();
        this.steadyAtBegin = clocks.steady().instant();
    }

    /** Deletes what may be deleted. Called every few minutes by one thread. */
    public void collect() {
        Instant now = clocks.steady().instant();
        notes.addLast(new Note(now, store.reader().lastIndex()));
        long evaluations = indexBefore(now, thresholds.evaluations());
        long deployments = indexBefore(now, thresholds.deployments());
        long jobs = indexBefore(now, thresholds.jobs());
        long nodes = indexBefore(now, thresholds.nodes());
        delete("evaluations", limit -> search.evaluations(evaluations, limit), Deletion::evaluations);
        delete("deployments", limit -> search.deployments(deployments, limit), Deletion::deployments);
        delete(
                "allocations",
                limit -> search.allocations(evaluations, thresholds.allocationsKept(), limit),
                Deletion::allocations);
        deleteVersions();
        delete("jobs", limit -> search.jobs(jobs, limit), (deletion, ids) -> deletion.jobs(ids, jobs));
        delete("nodes", limit -> search.nodes(nodes, limit), (deletion, ids) -> deletion.nodes(ids, nodes));
        tell("request ids", write(deletion -> deletion.submissions(earliestNow().minus(thresholds.requests()))));
        dropNotes(now);
    }

    /**
     * Deletes what may be deleted whatever its age: request ids are kept for their time, and so are the newest versions of
     * jobs. Called by the same thread as {@link #collect}.
     *
     * @return what was deleted
     */
    Collected collectAll() {
        long now = store.reader().lastIndex();
        int evaluations = delete("evaluations", limit -> search.evaluations(now, limit), Deletion::evaluations);
        int deployments = delete("deployments", limit -> search.deployments(now, limit), Deletion::deployments);
        int allocations = delete("allocations", limit -> search.allocations(now, 0, limit), Deletion::allocations);
        int versions = deleteVersions();
        int jobs = delete("jobs", limit -> search.jobs(now, limit), (deletion, ids) -> deletion.jobs(ids, now));
        int nodes = delete("nodes", limit -> search.nodes(now, limit), (deletion, ids) -> deletion.nodes(ids, now));
        return new Collected(evaluations, deployments, allocations, versions, jobs, nodes);
    }

    private int deleteVersions() {
        return delete(
                "job versions",
                limit -> search.jobsWithOldVersions(thresholds.versionsKept(), limit),
                (deletion, ids) -> deletion.jobVersions(ids, thresholds.versionsKept()));
    }

    /**
     * Returns the time by which the age of request ids is measured. Request ids are stored with the time of the wall
     * clock; the result is that clock's time, but at most the start of this collector plus the time that has passed
     * since. So a clock that is set ahead makes no request id old.
     */
    private Instant earliestNow() {
        Instant passed =
                wallAtBegin.plus(Duration.between(steadyAtBegin, clocks.steady().instant()));
        Instant wall = clocks.wall().instant();
        return wall.isBefore(passed) ? wall : passed;
    }

    /** Returns the newest index that was noted at least so long ago; 0 if there is none. */
    private long indexBefore(Instant now, Duration age) {
        Instant then = now.minus(age);
        return notes.stream()
                .filter(note -> !note.time().isAfter(then))
                .mapToLong(Note::index)
                .max()
                .orElse(0);
    }

    /** Deletes objects of one kind in batches, and returns how many. Waits for each, since the next kind may depend on the deletion. */
    private int delete(String kind, IntFunction<Found> search, ToIntBiFunction<Deletion, List<String>> remove) {
        int deleted = 0;
        boolean isLast = false;
        for (int searches = 0; searches < SEARCHES && !isLast; searches++) {
            Found found = search.apply(SEARCHED);
            for (int begin = 0; begin < found.ids().size(); begin += BATCH) {
                List<String> batch = found.ids()
                        .subList(begin, Math.min(begin + BATCH, found.ids().size()));
                deleted += write(deletion -> remove.applyAsInt(deletion, batch));
            }
            isLast = found.isLast();
        }
        tell(kind, deleted);
        return deleted;
    }

    private int write(ToIntFunction<Deletion> write) {
        return store.write(transaction -> write.applyAsInt(transaction.beginDeletion()))
                .join();
    }

    private static void tell(String kind, int deleted) {
        if (deleted > 0) {
            LOG.info("Deleted {} {}", deleted, kind);
        }
    }

    /** Drops the notes that are older than any threshold, except the newest of these. */
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
