package dev.gantry.driver;

import dev.gantry.v1.JobViolation;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.List;

/** Checks the settings of a driver's task on the server, before anything of the job is stored. */
public interface TaskConfigCheck {

    /**
     * The driver whose settings this checks.
     *
     * @return the name by which tasks choose it, such as {@code rkt}
     */
    String driver();

    /**
     * Looks for faults in what only the driver understands of a task: its config block and how it uses ports.
     *
     * @param group the group of the task; ports of its other tasks may be used too
     * @param task the task
     * @param path where the task stands in the job, such as {@code task_groups[0].tasks[1]}; violations begin with it
     * @return all faults found; empty for a good task
     */
    List<JobViolation> check(TaskGroup group, Task task, String path);

    /**
     * Finds what a task uses of the features that policies may deny. A value that is known only on the node counts as a
     * use.
     *
     * @param task a task without faults
     * @param path where the task stands in the job; paths of fields begin with it
     * @return each use, in the order of the fields
     */
    List<FeatureUse> features(Task task, String path);
}
