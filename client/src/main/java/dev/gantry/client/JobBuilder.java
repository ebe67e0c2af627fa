package dev.gantry.client;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import java.util.List;

/** Describes a job; see {@link Jobs}. */
public final class JobBuilder {

    private final Job.Builder job;

    JobBuilder(String id, JobType type) {
        this.job = Job.newBuilder().setId(id).setType(type);
    }

    /**
     * The name shown to people. Default: the id.
     *
     * @param name any text
     * @return this
     */
    public JobBuilder name(String name) {
        job.setName(name);
        return this;
    }

    /**
     * In which order waiting jobs are placed. Default: 50.
     *
     * @param priority 1 (low) to 100 (high)
     * @return this
     */
    public JobBuilder priority(int priority) {
        job.setPriority(priority);
        return this;
    }

    /**
     * Adds datacenters whose nodes may run the job. Default: any.
     *
     * @param names the datacenters
     * @return this
     */
    public JobBuilder datacenters(String... names) {
        job.addAllDatacenters(List.of(names));
        return this;
    }

    /**
     * Adds a condition that a node must fulfil to run any task of the job.
     *
     * @param attribute left side, such as <code>${driver.rkt.version}</code>
     * @param operator one that {@link Constraint#getOperator()} lists
     * @param value right side; empty for operators that need none
     * @return this
     */
    public JobBuilder constraint(String attribute, String operator, String value) {
        job.addConstraints(Constraints.of(attribute, operator, value));
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
     * Adds a group. A job has at least one.
     *
     * @param group the group, see {@link Jobs#group}
     * @return this
     */
    public JobBuilder group(TaskGroupBuilder group) {
        job.addTaskGroups(group.build());
        return this;
    }

    /**
     * The job.
     *
     * @return what to submit
     */
    public Job build() {
        return job.build();
    }
}
