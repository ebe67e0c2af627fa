package dev.gantry.model;

import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.PayloadRule;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;

/** Fills in what a job leaves out, so that everything behind the API sees whole jobs only. */
public final class JobDefaults {

    /** CPU of a task that does not say, in MHz, as in Nomad. */
    public static final int CPU = 100;

    /** Memory of a task that does not say, in MiB, as in Nomad. */
    public static final int MEMORY_MIB = 300;

    /** Priority of a job that does not say, as in Nomad. */
    public static final int PRIORITY = 50;

    private JobDefaults() {}

    /**
     * The same job with each default written out.
     *
     * @param job a job as it was submitted
     * @return a job in which no field stands for its default; applying this again changes nothing
     */
    public static Job apply(Job job) {
        Job.Builder whole = job.toBuilder();
        if (job.getName().isEmpty()) {
            whole.setName(job.getId());
        }
        if (job.getType() == JobType.JOB_TYPE_UNSPECIFIED) {
            whole.setType(JobType.JOB_TYPE_SERVICE);
        }
        if (job.getPriority() == 0) {
            whole.setPriority(PRIORITY);
        }
        whole.getConstraintsBuilderList().forEach(JobDefaults::fill);
        whole.getAffinitiesBuilderList().forEach(PreferenceDefaults::fill);
        whole.getSpreadsBuilderList().forEach(PreferenceDefaults::fill);
        if (job.hasUpdate()) {
            LifeDefaults.fill(whole.getUpdateBuilder());
        }
        if (job.hasPeriodic() && job.getPeriodic().getTimeZone().isEmpty()) {
            whole.getPeriodicBuilder().setTimeZone("UTC");
        }
        if (job.hasParameterized() && job.getParameterized().getPayload() == PayloadRule.PAYLOAD_RULE_UNSPECIFIED) {
            whole.getParameterizedBuilder().setPayload(PayloadRule.PAYLOAD_RULE_OPTIONAL);
        }
        whole.getTaskGroupsBuilderList().forEach(group -> fill(whole, group));
        return whole.build();
    }

    private static void fill(Job.Builder job, TaskGroup.Builder group) {
        if (!group.hasCount()) {
            group.setCount(1);
        }
        group.getConstraintsBuilderList().forEach(JobDefaults::fill);
        group.getAffinitiesBuilderList().forEach(PreferenceDefaults::fill);
        group.getSpreadsBuilderList().forEach(PreferenceDefaults::fill);
        LifeDefaults.fill(job, group);
        group.getTasksBuilderList().forEach(task -> fill(job, group, task));
    }

    private static void fill(Job.Builder job, TaskGroup.Builder group, Task.Builder task) {
        task.getConstraintsBuilderList().forEach(JobDefaults::fill);
        task.getAffinitiesBuilderList().forEach(PreferenceDefaults::fill);
        LifeDefaults.fill(task);
        fill(task.getResourcesBuilder());
        for (Service.Builder service : task.getServicesBuilderList()) {
            if (service.getName().isEmpty()) {
                service.setName(job.getId() + "-" + group.getName() + "-" + task.getName());
            }
            service.getChecksBuilderList().forEach(check -> CheckDefaults.fill(service, check));
        }
    }

    private static void fill(Resources.Builder resources) {
        if (!resources.hasCpu()) {
            resources.setCpu(CPU);
        }
        if (!resources.hasMemoryMib()) {
            resources.setMemoryMib(MEMORY_MIB);
        }
    }

    private static void fill(Constraint.Builder constraint) {
        if (constraint.getOperator().isEmpty()) {
            constraint.setOperator("=");
        }
    }
}
