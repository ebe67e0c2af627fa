package dev.gantry.cluster.job;

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
 * Caches the job versions that were asked for last. A version never changes, so an entry becomes wrong only when its
 * job is deleted. Thread-safe; reads the database outside its lock.
 */
public final class JobVersionCache {

    // The most versions kept.
    private static final int REMEMBERED = 4096;

    /** The most bytes kept, in serialized form; objects in memory take a few times as much. */
    private static final long REMEMBERED_BYTES = 32L * 1024 * 1024;

    private final StoreReader reader;
    private final Map<Key, JobVersion> versions = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /**
     * Counts deleted jobs: versions that were read before a deletion may belong to a job that a new job has replaced.
     */
    private long removals;

    /**
     * Creates an empty cache.
     *
     * @param reader reads what is not cached
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
     * Takes in the changes of a write. Must be called before the listeners that ask this cache.
     *
     * @param changes the changes
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
     * Returns the job versions that some allocations run, each once. May block on the database.
     *
     * @param allocations the allocations
     * @return the versions that are stored
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
        put(versionOf(job));
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

    /** Returns the version of a stored job. */
    public static JobVersion versionOf(JobRecord job) {
        return JobVersion.newBuilder()
                .setJob(job.getJob())
                .setVersion(job.getVersion())
                .setCreateIndex(job.getCreateIndex())
                .build();
    }
}
