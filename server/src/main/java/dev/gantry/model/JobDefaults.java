package dev.gantry.model;

import com.google.protobuf.Duration;
import dev.gantry.v1.Affinity;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobOrBuilder;
import dev.gantry.v1.JobType;
import dev.gantry.v1.PayloadRule;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Service;
import dev.gantry.v1.ServiceOrBuilder;
import dev.gantry.v1.Spread;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.TaskGroupOrBuilder;
import dev.gantry.v1.TaskOrBuilder;
import dev.gantry.v1.Template;
import dev.gantry.v1.TemplateChangeMode;
import dev.gantry.v1.UpdateStrategy;

/** Sets the defaults of jobs, so that the code behind the API sees complete jobs only. */
public final class JobDefaults {

    /** The default CPU of a task in MHz, as in Nomad. */
    public static final int CPU = 100;

    /** The default memory of a task in MiB, as in Nomad. */
    public static final int MEMORY_MIB = 300;

    /** The least CPU of a task in MHz, as in Nomad: the kernel would hardly let a task with less run. */
    public static final int LEAST_CPU = 20;

    /** The least memory of a task in MiB, as in Nomad: a task with less could not start. */
    public static final int LEAST_MEMORY_MIB = 10;

    /** The default size of a group's ephemeral_disk block in MiB, as in Nomad. */
    public static final int DISK_MIB = 300;

    /** The least size of a group's ephemeral_disk block in MiB, as in Nomad. */
    public static final int LEAST_DISK_MIB = 10;

    /** The default priority of a job, as in Nomad. */
    public static final int PRIORITY = 50;

    /** The default weight of an affinity or a spread, as in Nomad. */
    public static final int WEIGHT = 50;

    /** The default signal that asks a task to end. */
    public static final String KILL_SIGNAL = "SIGTERM";

    private static final String TEMPLATE_PERMS = "0644";
    private static final Duration TEMPLATE_SPLAY =
            Duration.newBuilder().setSeconds(5).build();
    private static final Duration KILL_TIMEOUT =
            Duration.newBuilder().setSeconds(5).build();
    private static final String OPERATOR = "=";
    private static final String TIME_ZONE = "UTC";

    private JobDefaults() {}

    /**
     * Sets each unset field of a job to its default, and copies the job's update and migrate
     * strategies to each group that has none of its own. An update strategy with a {@code max_parallel} of 0 is taken
     * out, as if there were none.
     *
     * @param job the job as submitted
     * @return the complete job; applying this method to it changes nothing
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
        whole.getAffinitiesBuilderList().forEach(JobDefaults::fill);
        whole.getSpreadsBuilderList().forEach(JobDefaults::fill);
        if (whole.hasUpdate()) {
            PolicyDefaults.fill(whole.getType(), whole.getUpdateBuilder());
        }
        if (whole.hasMigrate()) {
            PolicyDefaults.fill(whole.getMigrateBuilder());
        }
        if (whole.hasPeriodic() && whole.getPeriodic().getTimeZone().isEmpty()) {
            whole.getPeriodicBuilder().setTimeZone(TIME_ZONE);
        }
        if (whole.hasParameterized() && whole.getParameterized().getPayload() == PayloadRule.PAYLOAD_RULE_UNSPECIFIED) {
            whole.getParameterizedBuilder().setPayload(PayloadRule.PAYLOAD_RULE_OPTIONAL);
        }
        whole.getTaskGroupsBuilderList().forEach(group -> fill(whole, group));
        dropUpdatesWithoutSteps(whole);
        return whole.build();
    }

    /** The job's strategy goes with that of a group, since it would hold for this group again. The other groups have a copy. */
    private static void dropUpdatesWithoutSteps(Job.Builder job) {
        boolean drops = isWithoutSteps(job.getUpdate());
        for (TaskGroup.Builder group : job.getTaskGroupsBuilderList()) {
            if (isWithoutSteps(group.getUpdate())) {
                group.clearUpdate();
                drops = true;
            }
        }
        if (drops) {
            job.clearUpdate();
        }
    }

    private static boolean isWithoutSteps(UpdateStrategy update) {
        return update.hasMaxParallel() && update.getMaxParallel() == 0;
    }

    /**
     * Returns the name of a service.
     *
     * @param job its job
     * @param group its group
     * @param task its task
     * @param service the service
     * @return the name that is set, or the default JOB-GROUP-TASK. As in Nomad, <code>${JOB}</code>, <code>${GROUP}</code>,
     *     <code>${TASKGROUP}</code>, <code>${TASK}</code> and <code>${BASE}</code>, which is the default, are replaced, and
     *     <code>${NOMAD_JOB_NAME}</code> and the like
     */
    public static String serviceName(
            JobOrBuilder job, TaskGroupOrBuilder group, TaskOrBuilder task, ServiceOrBuilder service) {
        String base = job.getId() + "-" + group.getName() + "-" + task.getName();
        return service.getName().isEmpty()
                ? base
                : service.getName()
                        .replace("${BASE}", base)
                        .replace("${JOB}", job.getId())
                        .replace("${GROUP}", group.getName())
                        .replace("${TASKGROUP}", group.getName())
                        .replace("${TASK}", task.getName())
                        .replace("${NOMAD_JOB_NAME}", job.getId())
                        .replace("${NOMAD_JOB_ID}", job.getId())
                        .replace("${NOMAD_GROUP_NAME}", group.getName())
                        .replace("${NOMAD_TASK_NAME}", task.getName());
    }

    private static void fill(Job.Builder job, TaskGroup.Builder group) {
        if (!group.hasCount()) {
            group.setCount(1);
        }
        group.getConstraintsBuilderList().forEach(JobDefaults::fill);
        group.getAffinitiesBuilderList().forEach(JobDefaults::fill);
        group.getSpreadsBuilderList().forEach(JobDefaults::fill);
        if (group.hasUpdate()) {
            PolicyDefaults.fill(job.getType(), group.getUpdateBuilder());
        } else if (job.hasUpdate()) {
            group.setUpdate(job.getUpdate());
        }
        if (group.hasMigrate()) {
            PolicyDefaults.fill(group.getMigrateBuilder());
        } else if (job.hasMigrate()) {
            group.setMigrate(job.getMigrate());
        }
        if (group.hasEphemeralDisk() && !group.getEphemeralDisk().hasSizeMib()) {
            group.getEphemeralDiskBuilder().setSizeMib(DISK_MIB);
        }
        group.setRestart(PolicyDefaults.apply(group.getRestart(), job.getType()));
        if (job.getType() != JobType.JOB_TYPE_SYSTEM) {
            PolicyDefaults.fill(job.getType(), group.getRescheduleBuilder());
        }
        group.getTasksBuilderList().forEach(task -> fill(job, group, task));
    }

    private static void fill(Job.Builder job, TaskGroup.Builder group, Task.Builder task) {
        task.getConstraintsBuilderList().forEach(JobDefaults::fill);
        task.getAffinitiesBuilderList().forEach(JobDefaults::fill);
        fill(task.getResourcesBuilder());
        if (!task.hasKillTimeout()) {
            task.setKillTimeout(KILL_TIMEOUT);
        }
        if (task.getKillSignal().isEmpty()) {
            task.setKillSignal(KILL_SIGNAL);
        }
        task.setLogs(LogLimits.of(task.getLogs()).toConfig());
        if (task.hasRestart()) {
            task.setRestart(PolicyDefaults.restart(job.getType(), group, task));
        }
        task.getTemplatesBuilderList().forEach(JobDefaults::fill);
        for (Service.Builder service : task.getServicesBuilderList()) {
            service.setName(serviceName(job, group, task, service));
            CheckDefaults.fill(service);
        }
    }

    private static void fill(Template.Builder template) {
        if (template.getPerms().isEmpty()) {
            template.setPerms(TEMPLATE_PERMS);
        }
        if (template.getChangeMode() == TemplateChangeMode.TEMPLATE_CHANGE_MODE_UNSPECIFIED) {
            template.setChangeMode(TemplateChangeMode.TEMPLATE_CHANGE_MODE_RESTART);
        }
        if (!template.hasSplay()) {
            template.setSplay(TEMPLATE_SPLAY);
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
            constraint.setOperator(OPERATOR);
        }
    }

    private static void fill(Affinity.Builder affinity) {
        if (affinity.getOperator().isEmpty()) {
            affinity.setOperator(OPERATOR);
        }
        if (affinity.getWeight() == 0) {
            affinity.setWeight(WEIGHT);
        }
    }

    private static void fill(Spread.Builder spread) {
        if (spread.getWeight() == 0) {
            spread.setWeight(WEIGHT);
        }
    }
}
