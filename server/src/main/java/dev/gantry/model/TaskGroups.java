package dev.gantry.model;

import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import java.util.Optional;

/** Finds task groups of jobs. */
public final class TaskGroups {

    private TaskGroups() {}

    /**
     * Finds a group of a job.
     *
     * @param job the job
     * @param name the name of the group
     * @return the group; empty if the job has no such group
     */
    public static Optional<TaskGroup> find(Job job, String name) {
        return job.getTaskGroupsList().stream()
                .filter(group -> group.getName().equals(name))
                .findFirst();
    }
}
