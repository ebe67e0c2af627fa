package dev.gantry.cluster.job;

import dev.gantry.cluster.InvalidFieldException;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import java.util.List;

/** Changes the count of a group of a job. */
final class GroupCount {

    private static final String GROUP = "task_group";

    private GroupCount() {}

    /**
     * Returns a job with another count.
     *
     * @param name the name of the group; empty: the job's only one
     * @throws InvalidFieldException if the job has no such group, or the name is empty and the job has several
     */
    static Job change(Job job, String name, int count) {
        List<String> names =
                job.getTaskGroupsList().stream().map(TaskGroup::getName).toList();
        if (name.isEmpty() && names.size() != 1) {
            throw new InvalidFieldException(
                    GROUP, "must be given: job %s has the groups %s".formatted(job.getId(), String.join(", ", names)));
        }
        int index = name.isEmpty() ? 0 : names.indexOf(name);
        if (index < 0) {
            throw new InvalidFieldException(
                    GROUP,
                    "\"%s\" is no group of job %s, which has %s"
                            .formatted(name, job.getId(), String.join(", ", names)));
        }
        Job.Builder changed = job.toBuilder();
        changed.getTaskGroupsBuilder(index).setCount(count);
        return changed.build();
    }
}
