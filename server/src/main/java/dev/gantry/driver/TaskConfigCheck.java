package dev.gantry.driver;

import dev.gantry.restriction.MachineUse;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.List;

/** Checks the settings of a driver's task on the server, before anything of the job is stored. */
public interface TaskConfigCheck {

    /**
     * Returns the driver whose settings this class checks.
     *
     * @return the name by which tasks choose it, such as {@code rkt}
     */
    String driver();

    /**
     * Finds faults in the parts of a task that only the driver understands: the config block, and its use of ports.
     *
     * @param group the group of the task; the task may also use ports of the group's other tasks
     * @param task the task
     * @param path the path of the task in the job, such as {@code task_groups[0].tasks[1]}; paths of violations begin
     *     with it
     * @return all faults found; empty for a good task
     */
    List<JobViolation> check(TaskGroup group, Task task, String path);

    /**
     * Finds the features that a task uses and that policies may deny. A value that is known only on the node counts as
     * a use.
     *
     * @param task a task without faults
     * @param path the path of the task in the job; paths of fields begin with it
     * @return each use, in the order of the fields
     */
    List<FeatureUse> features(Task task, String path);

    /**
     * Finds what a task asks of its machine that the machine's owner may not allow. Leaves out values that only the
     * node will know.
     *
     * @param task a task without faults
     * @return what it asks for
     */
    MachineUse machineUse(Task task);
}
