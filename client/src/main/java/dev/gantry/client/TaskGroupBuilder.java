package dev.gantry.client;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.RestartMode;
import dev.gantry.v1.RestartPolicy;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.time.Duration;

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
        group.addConstraints(NodeConditions.constraint(attribute, operator, value));
        return this;
    }

    /**
     * Adds nodes to prefer to the job's.
     *
     * @param attribute left side, such as <code>${node.class}</code>
     * @param operator as in {@link #constraint}, without {@code distinct_hosts} and {@code distinct_property}
     * @param value right side
     * @param weight -100 to 100, not 0; a negative one avoids such nodes
     * @return this
     */
    public TaskGroupBuilder affinity(String attribute, String operator, String value, int weight) {
        group.addAffinities(NodeConditions.affinity(attribute, operator, value, weight));
        return this;
    }

    /**
     * Adds something to spread allocations over to the job's.
     *
     * @param spread see {@link Jobs#spread}
     * @return this
     */
    public TaskGroupBuilder spread(SpreadBuilder spread) {
        group.addSpreads(spread.build());
        return this;
    }

    /**
     * How a new version of the group replaces the one before. Default: the job's.
     *
     * @param update see {@link Jobs#update}
     * @return this
     */
    public TaskGroupBuilder update(UpdateBuilder update) {
        group.setUpdate(update.build());
        return this;
    }

    /**
     * When tasks that have ended are started again on the same node.
     *
     * @param attempts how many times within an interval, 0 or more
     * @param interval begins with the first restart
     * @param delay how long to wait before each
     * @param mode what happens once there are no more attempts
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
     * When allocations that have failed are placed anew.
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
