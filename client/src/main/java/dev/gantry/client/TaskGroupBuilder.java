package dev.gantry.client;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.EphemeralDisk;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.time.Duration;

/** Builds a task group; see {@link Jobs}. */
public final class TaskGroupBuilder {

    private final TaskGroup.Builder group;

    TaskGroupBuilder(String name) {
        this.group = TaskGroup.newBuilder().setName(name);
    }

    /**
     * Sets the number of allocations. Default: 1.
     *
     * @param count 0 or more
     * @return this
     */
    public TaskGroupBuilder count(int count) {
        group.setCount(count);
        return this;
    }

    /**
     * Adds a constraint to those of the job.
     *
     * @param attribute left side, such as <code>${attr.kernel.name}</code>
     * @param operator an operator that {@link Constraint#getOperator()} lists
     * @param value right side; empty for operators that need none
     * @return this
     */
    public TaskGroupBuilder constraint(String attribute, String operator, String value) {
        group.addConstraints(NodeConditions.constraint(attribute, operator, value));
        return this;
    }

    /**
     * Adds an affinity to those of the job.
     *
     * @param attribute left side, such as <code>${node.class}</code>
     * @param operator as in {@link #constraint}, without {@code distinct_hosts} and {@code distinct_property}
     * @param value right side
     * @param weight -100 to 100, not 0; a negative weight avoids these nodes
     * @return this
     */
    public TaskGroupBuilder affinity(String attribute, String operator, String value, int weight) {
        group.addAffinities(NodeConditions.affinity(attribute, operator, value, weight));
        return this;
    }

    /**
     * Adds a spread to those of the job.
     *
     * @param spread see {@link Jobs#spread}
     * @return this
     */
    public TaskGroupBuilder spread(SpreadBuilder spread) {
        group.addSpreads(spread.build());
        return this;
    }

    /**
     * Sets the update strategy. Default: the job's.
     *
     * @param update see {@link Jobs#update}
     * @return this
     */
    public TaskGroupBuilder update(UpdateBuilder update) {
        group.setUpdate(update.build());
        return this;
    }

    /**
     * Sets the restart policy: how tasks that have ended are restarted on the same node.
     *
     * @param attempts the most restarts within an interval, 0 or more
     * @param interval the interval, which begins with the first restart
     * @param delay the delay before a restart
     * @param mode what happens after the last attempt
     * @return this
     */
    public TaskGroupBuilder restart(int attempts, Duration interval, Duration delay, RestartMode mode) {
        group.setRestart(RestartPolicy.newBuilder()
                .setAttempts(attempts)
                .setInterval(ProtoDurations.of(interval))
                .setDelay(ProtoDurations.of(delay))
                .setMode(mode));
        return this;
    }

    /**
     * Sets the reschedule policy for failed allocations.
     *
     * @param reschedule see {@link Jobs#reschedule}
     * @return this
     */
    public TaskGroupBuilder reschedule(RescheduleBuilder reschedule) {
        group.setReschedule(reschedule.build());
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
     * Asks for disk space. Default: none is counted.
     *
     * @param mib the size in MiB, 10 or more
     * @param sticky true if a successor stays on the node and takes over {@code alloc/data} and {@code local/}
     * @return this
     */
    public TaskGroupBuilder ephemeralDisk(int mib, boolean sticky) {
        group.setEphemeralDisk(EphemeralDisk.newBuilder().setSizeMib(mib).setSticky(sticky));
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

    /** Builds the group. */
    TaskGroup build() {
        return group.build();
    }
}
