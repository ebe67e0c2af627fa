package dev.gantry.cluster.node;

import dev.gantry.cluster.job.JobVersionCache;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.JobVersion;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Divides the assignments of a node into messages of bounded size: a node may have any number of allocations, each with
 * a job of up to 1 MiB.
 */
final class DesiredParts {

    /** The most bytes of a message, unless a single allocation with its job is larger. */
    static final int LARGEST = 1024 * 1024;

    /** The number of allocations whose jobs are read in one query. */
    private static final int LOOKED_UP = 16;

    private final JobVersionCache jobVersions;

    DesiredParts(JobVersionCache jobVersions) {
        this.jobVersions = jobVersions;
    }

    /**
     * Takes as many allocations from the head of a queue as fit into a message, at least one.
     *
     * @param waiting at least one allocation; allocations in the message are removed from the queue
     * @return the message: the allocations, and each of their jobs once
     */
    DesiredState.Builder take(Queue<Allocation> waiting) {
        DesiredState.Builder part = DesiredState.newBuilder();
        Map<Key, JobVersion> jobs = new HashMap<>();
        int size = 0;
        boolean isFull = false;
        while (!isFull && !waiting.isEmpty()) {
            List<Allocation> next = head(waiting);
            Map<Key, JobVersion> found = lookUp(next);
            for (Allocation allocation : next) {
                Key key = Key.of(allocation);
                JobVersion job = jobs.containsKey(key) ? null : found.get(key);
                int more = allocation.getSerializedSize() + (job == null ? 0 : job.getSerializedSize());
                isFull = size > 0 && size + more > LARGEST;
                if (isFull) {
                    break;
                }
                size += more;
                waiting.remove();
                part.addAllocations(allocation);
                if (job != null) {
                    jobs.put(key, job);
                    part.addJobs(job);
                }
            }
        }
        return part;
    }

    private static List<Allocation> head(Collection<Allocation> waiting) {
        List<Allocation> head = new ArrayList<>();
        Iterator<Allocation> rest = waiting.iterator();
        while (rest.hasNext() && head.size() < LOOKED_UP) {
            head.add(rest.next());
        }
        return head;
    }

    private Map<Key, JobVersion> lookUp(List<Allocation> allocations) {
        Map<Key, JobVersion> found = new HashMap<>();
        jobVersions.of(allocations).forEach(version -> found.put(Key.of(version), version));
        return found;
    }

    private record Key(String jobId, long version) {

        static Key of(Allocation allocation) {
            return new Key(allocation.getJobId(), allocation.getJobVersion());
        }

        static Key of(JobVersion version) {
            return new Key(version.getJob().getId(), version.getVersion());
        }
    }
}
