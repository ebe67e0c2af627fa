package dev.gantry.client;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;

/** Describes a task group; see {@link Jobs}. */
public final class TaskGroupBuilder {

    private final TaskGroup.Builder group;

    TaskGroupBuilder(String name) {
        this.group = TaskGroup.newBuilder().setName(name);
    }

    /**
     * How many allocations of the group to run. Default: 1.
     *
     * @param count 0 or more
     * @return this
     */
    public TaskGroupBuilder count(int count) {
        group.setCount(count);
        return this;
    }

    /**
     * Adds a condition to the job's.
     *
     * @param attribute left side, such as <code>${attr.kernel.name}</code>
     * @param operator one that {@link Constraint#getOperator()} lists
     * @param value right side; empty for operators that need none
     * @return this
     */
    public TaskGroupBuilder constraint(String attribute, String operator, String value) {
        group.addConstraints(Constraints.of(attribute, operator, value));
        return this;
    }

    /**
     * Adds a key-value pair, or overrides the job's.
     *
     * @param key the key
     * @param value the value
     * @return this
     */
    public TaskGroupBuilder meta(String key, String value) {
        group.putMeta(key, value);
        return this;
    }

    /**
     * Adds a task. A group has at least one.
     *
     * @param task the task, see {@link Jobs#rkt}
     * @return this
     */
    public TaskGroupBuilder task(RktTaskBuilder task) {
        return task(task.build());
    }

    /**
     * Adds a task of any driver.
     *
     * @param task the task
     * @return this
     */
    public TaskGroupBuilder task(Task task) {
        group.addTasks(task);
        return this;
    }

    /** The group. */
    TaskGroup build() {
        return group.build();
    }
}
