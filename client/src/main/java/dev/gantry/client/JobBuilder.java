package dev.gantry.client;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Parameterized;
import dev.gantry.v1.PayloadRule;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Builds a job; see {@link Jobs}. */
public final class JobBuilder {

    private final Job.Builder job;

    JobBuilder(String id, JobType type) {
        this.job = Job.newBuilder().setId(id).setType(type);
    }

    /**
     * Sets the display name. Default: the id.
     *
     * @param name any text
     * @return this
     */
    public JobBuilder name(String name) {
        job.setName(name);
        return this;
    }

    /**
     * Sets the priority: jobs of higher priority are placed first. Default: 50.
     *
     * @param priority 1 (low) to 100 (high)
     * @return this
     */
    public JobBuilder priority(int priority) {
        job.setPriority(priority);
        return this;
    }

    /**
     * Adds datacenters whose nodes may run the job. Default: all datacenters.
     *
     * @param names the datacenters
     * @return this
     */
    public JobBuilder datacenters(String... names) {
        job.addAllDatacenters(List.of(names));
        return this;
    }

    /**
     * Adds a constraint: a condition that nodes of all groups of the job must meet.
     *
     * @param attribute left side, such as <code>${driver.rkt.version}</code>
     * @param operator an operator that {@link Constraint#getOperator()} lists
     * @param value right side; empty for operators that need none
     * @return this
     */
    public JobBuilder constraint(String attribute, String operator, String value) {
        job.addConstraints(NodeConditions.constraint(attribute, operator, value));
        return this;
    }

    /**
     * Adds an affinity: a condition for preferred nodes.
     *
     * @param attribute left side, such as <code>${node.class}</code>
     * @param operator as in {@link #constraint}, without {@code distinct_hosts} and {@code distinct_property}
     * @param value right side
     * @param weight -100 to 100, not 0; a negative weight avoids these nodes
     * @return this
     */
    public JobBuilder affinity(String attribute, String operator, String value, int weight) {
        job.addAffinities(NodeConditions.affinity(attribute, operator, value, weight));
        return this;
    }

    /**
     * Adds a spread: a property whose values the allocations are distributed over.
     *
     * @param spread see {@link Jobs#spread}
     * @return this
     */
    public JobBuilder spread(SpreadBuilder spread) {
        job.addSpreads(spread.build());
        return this;
    }

    /**
     * Sets the update strategy of groups that have none of their own. Service jobs only.
     *
     * @param update see {@link Jobs#update}
     * @return this
     */
    public JobBuilder update(UpdateBuilder update) {
        job.setUpdate(update.build());
        return this;
    }

    /**
     * Makes the job periodic. Batch jobs only.
     *
     * @param periodic see {@link Jobs#cron}
     * @return this
     */
    public JobBuilder periodic(PeriodicBuilder periodic) {
        job.setPeriodic(periodic.build());
        return this;
    }

    /**
     * Makes the job parameterized: it runs when it is dispatched. Batch jobs only.
     *
     * @param payload whether a payload is required, optional or forbidden
     * @param metaRequired meta keys that a dispatch must give
     * @param metaOptional meta keys that a dispatch may give
     * @return this
     */
    public JobBuilder parameterized(PayloadRule payload, Set<String> metaRequired, Set<String> metaOptional) {
        job.setParameterized(Parameterized.newBuilder()
                .setPayload(payload)
                .addAllMetaRequired(new TreeSet<>(metaRequired))
                .addAllMetaOptional(new TreeSet<>(metaOptional)));
        return this;
    }

    /**
     * Adds a key-value pair that tasks see as {@code NOMAD_META_key}.
     *
     * @param key the key
     * @param value the value
     * @return this
     */
    public JobBuilder meta(String key, String value) {
        job.putMeta(key, value);
        return this;
    }

    /**
     * Adds a task group. A job has at least one.
     *
     * @param group the group, see {@link Jobs#group}
     * @return this
     */
    public JobBuilder group(TaskGroupBuilder group) {
        job.addTaskGroups(group.build());
        return this;
    }

    /**
     * Builds the job.
     *
     * @return the job
     */
    public Job build() {
        return job.build();
    }
}
