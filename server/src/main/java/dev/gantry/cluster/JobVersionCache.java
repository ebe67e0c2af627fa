package dev.gantry.cluster;

import dev.gantry.store.ChangeSet;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobVersion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What jobs were in the versions that were asked for last. A version does not change, so nothing here grows old but by the
 * end of its job. Guarded by itself; the database is read outside.
 */
public final class JobVersionCache {

    private static final int REMEMBERED = 4096;

    /** As they are stored; in memory they take a few times as much. */
    private static final long REMEMBERED_BYTES = 32L * 1024 * 1024;

    private final StoreReader reader;
    private final Map<Key, JobVersion> versions = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /** Counts jobs that were forgotten: what was read before that may be of one that a new job has taken the id of. */
    private long removals;

    /**
     * Begins empty.
     *
     * @param reader where to read what is not here
     */
    public JobVersionCache(StoreReader reader) {
        this.reader = reader;
    }

    private record Key(String jobId, long version) {

        static Key of(Allocation allocation) {
            return new Key(allocation.getJobId(), allocation.getJobVersion());
        }

        static Key of(JobVersion version) {
            return new Key(version.getJob().getId(), version.getVersion());
        }
    }

    /**
     * Takes in what a write changed; before those who are then going to ask.
     *
     * @param changes what it changed
     */
    public synchronized void publish(ChangeSet changes) {
        changes.jobs().forEach(this::put);
        if (!changes.removedJobs().isEmpty()) {
            removals++;
            Set<String> removed = Set.copyOf(changes.removedJobs());
            List.copyOf(versions.keySet()).stream()
                    .filter(key -> removed.contains(key.jobId()))
                    .forEach(this::forget);
        }
    }

    /**
     * The job versions that some allocations run, each once. May wait for the database.
     *
     * @param allocations the allocations
     * @return those that are known
     */
    public List<JobVersion> of(Collection<Allocation> allocations) {
        Set<Key> keys = new LinkedHashSet<>();
        List<JobVersion> found = new ArrayList<>();
        List<Allocation> others = new ArrayList<>();
        long removalsBefore;
        synchronized (this) {
            removalsBefore = removals;
            for (Allocation allocation : allocations) {
                Key key = Key.of(allocation);
                if (keys.add(key)) {
                    JobVersion known = versions.get(key);
                    var unused = known == null ? others.add(allocation) : found.add(known);
                }
            }
        }
        if (!others.isEmpty()) {
            List<JobVersion> read = reader.jobs().versionsOf(others);
            remember(read, removalsBefore);
            found.addAll(read);
        }
        return found;
    }

    private synchronized void remember(List<JobVersion> read, long removalsBefore) {
        if (removals == removalsBefore) {
            read.forEach(this::put);
        }
    }

    private void put(JobRecord job) {
        put(SchedulingState.versionOf(job));
    }

    private void put(JobVersion version) {
        forget(Key.of(version));
        versions.put(Key.of(version), version);
        bytes += version.getSerializedSize();
        while (versions.size() > REMEMBERED || (bytes > REMEMBERED_BYTES && versions.size() > 1)) {
            forget(versions.keySet().iterator().next());
        }
    }

    private void forget(Key key) {
        JobVersion forgotten = versions.remove(key);
        if (forgotten != null) {
            bytes -= forgotten.getSerializedSize();
        }
    }
}
