package dev.gantry.scheduler.state;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.TaskGroup;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What one allocation of each group takes, by job and version. Remembers the newest version of each job, and the older
 * ones for as long as something runs them. What is put before the first allocation is all kept, so that versions can be
 * loaded in any order before what runs them.
 */
final class JobVersions {

    /** What a version asks for, and the allocations that run it. */
    private record Entry(Job job, Map<String, Asked> groups, Set<String> allocationIds) {}

    /** A group and what one of its allocations takes. */
    private record Asked(TaskGroup group, ResourceRequest request) {}

    /**
     * What an allocation runs.
     *
     * @param job the version of its job
     * @param request what it takes
     */
    record Run(Job job, ResourceRequest request) {}

    private final Map<String, TreeMap<Long, Entry>> jobs = new HashMap<>();
    private boolean retainedAny;

    void put(JobVersion version) {
        TreeMap<Long, Entry> known = jobs.computeIfAbsent(version.getJob().getId(), unseen -> new TreeMap<>());
        known.computeIfAbsent(
                version.getVersion(), unseen -> new Entry(version.getJob(), groups(version), new HashSet<>()));
        if (retainedAny) {
            known.headMap(known.lastKey())
                    .values()
                    .removeIf(older -> older.allocationIds().isEmpty());
        }
    }

    /** A job as it was at a version; empty if nothing runs that and there is a newer one. */
    Optional<Job> job(String jobId, long version) {
        return Optional.ofNullable(jobs.get(jobId))
                .map(known -> known.get(version))
                .map(Entry::job);
    }

    /** A group of a job as it was at a version; empty if that had none of this name, or is not known any more. */
    Optional<TaskGroup> group(String jobId, long version, String name) {
        return Optional.ofNullable(jobs.get(jobId))
                .map(known -> known.get(version))
                .map(entry -> entry.groups().get(name))
                .map(Asked::group);
    }

    /** Copies the versions of one job, for another thread to read; nothing must be put into the copy. */
    JobVersions snapshot(String jobId) {
        JobVersions snapshot = new JobVersions();
        TreeMap<Long, Entry> known = jobs.get(jobId);
        if (known != null) {
            snapshot.jobs.put(jobId, new TreeMap<>(known));
        }
        return snapshot;
    }

    /** Forgets a job that nothing runs. */
    void remove(String jobId) {
        jobs.remove(jobId);
    }

    /** The newest version that is known of a job. */
    Optional<Long> newest(String jobId) {
        return Optional.ofNullable(jobs.get(jobId)).map(TreeMap::lastKey);
    }

    /**
     * Remembers an allocation's version until {@link #release}.
     *
     * @return what the allocation runs
     * @throws IllegalStateException if its version or its group is not known
     */
    Run retain(Allocation allocation) {
        Entry entry = find(allocation)
                .filter(found -> found.groups().containsKey(allocation.getTaskGroup()))
                .orElseThrow(() -> new IllegalStateException(
                        "Allocation %s is of group %s of version %d of job %s, which is not known: put the version first"
                                .formatted(
                                        allocation.getId(),
                                        allocation.getTaskGroup(),
                                        allocation.getJobVersion(),
                                        allocation.getJobId())));
        retainedAny = true;
        entry.allocationIds().add(allocation.getId());
        return new Run(
                entry.job(), entry.groups().get(allocation.getTaskGroup()).request());
    }

    /** Lets go of an allocation's version. */
    void release(Allocation allocation) {
        find(allocation).ifPresent(entry -> {
            entry.allocationIds().remove(allocation.getId());
            TreeMap<Long, Entry> known = jobs.get(allocation.getJobId());
            if (entry.allocationIds().isEmpty() && allocation.getJobVersion() < known.lastKey()) {
                known.remove(allocation.getJobVersion());
            }
        });
    }

    private Optional<Entry> find(Allocation allocation) {
        TreeMap<Long, Entry> known = jobs.get(allocation.getJobId());
        return known == null ? Optional.empty() : Optional.ofNullable(known.get(allocation.getJobVersion()));
    }

    private static Map<String, Asked> groups(JobVersion version) {
        Map<String, Asked> groups = new HashMap<>();
        version.getJob()
                .getTaskGroupsList()
                .forEach(group -> groups.put(group.getName(), new Asked(group, ResourceRequest.of(group))));
        return groups;
    }
}
