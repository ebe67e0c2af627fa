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
 * Holds versions of jobs, with the resources that one allocation of each of their groups takes. Keeps the newest
 * version of each job, and older versions as long as an allocation runs them. Keeps every version until the first
 * allocation is retained, so that versions can be loaded in any order before the allocations.
 */
final class JobVersions {

    /**
     * A version of a job.
     *
     * @param job the job
     * @param groups the groups by name
     * @param allocationIds the allocations that run the version
     */
    private record Entry(Job job, Map<String, Group> groups, Set<String> allocationIds) {}

    /**
     * A group of a version.
     *
     * @param group the group
     * @param request the resources of one of its allocations
     */
    private record Group(TaskGroup group, ResourceRequest request) {}

    /**
     * The version that an allocation runs.
     *
     * @param job the version of the job
     * @param request the resources of the allocation
     */
    record Run(Job job, ResourceRequest request) {}

    private final Map<String, TreeMap<Long, Entry>> jobs = new HashMap<>();
    private boolean retainedAny;

    /** Adds a version. Once an allocation was retained, drops older versions that no allocation runs. */
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

    /** Returns a job as it was at a version; empty if that version is not kept. */
    Optional<Job> job(String jobId, long version) {
        return Optional.ofNullable(jobs.get(jobId))
                .map(known -> known.get(version))
                .map(Entry::job);
    }

    /**
     * Returns a group of a job as it was at a version; empty if the version is not kept or has no group of that name.
     */
    Optional<TaskGroup> group(String jobId, long version, String name) {
        return Optional.ofNullable(jobs.get(jobId))
                .map(known -> known.get(version))
                .map(entry -> entry.groups().get(name))
                .map(Group::group);
    }

    /** Copies the versions of one job, for another thread to read. Nothing must be put into the copy. */
    JobVersions snapshot(String jobId) {
        JobVersions snapshot = new JobVersions();
        TreeMap<Long, Entry> known = jobs.get(jobId);
        if (known != null) {
            snapshot.jobs.put(jobId, new TreeMap<>(known));
        }
        return snapshot;
    }

    /** Copies the versions of all jobs, for another thread. No allocation is retained in the copy yet. */
    JobVersions copy() {
        JobVersions copy = new JobVersions();
        jobs.forEach((jobId, known) -> {
            TreeMap<Long, Entry> entries = new TreeMap<>();
            known.forEach(
                    (version, entry) -> entries.put(version, new Entry(entry.job(), entry.groups(), new HashSet<>())));
            copy.jobs.put(jobId, entries);
        });
        return copy;
    }

    /** Removes a job that no allocation runs. */
    void remove(String jobId) {
        jobs.remove(jobId);
    }

    /** Returns the newest kept version of a job; empty if the job is unknown. */
    Optional<Long> newest(String jobId) {
        return Optional.ofNullable(jobs.get(jobId)).map(TreeMap::lastKey);
    }

    /**
     * Keeps an allocation's version until {@link #release}.
     *
     * @param allocation the allocation
     * @return the job version that the allocation runs, and the resources of the allocation
     * @throws IllegalStateException if its version or its group is unknown
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

    /** Ends {@link #retain}, and drops the version if no allocation runs it and a newer one is known. */
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

    private static Map<String, Group> groups(JobVersion version) {
        Map<String, Group> groups = new HashMap<>();
        version.getJob()
                .getTaskGroupsList()
                .forEach(group -> groups.put(group.getName(), new Group(group, ResourceRequest.of(group))));
        return groups;
    }
}
