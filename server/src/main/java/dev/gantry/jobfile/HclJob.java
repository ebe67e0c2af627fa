package dev.gantry.jobfile;

import com.google.protobuf.Duration;
import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.model.JobDefaults;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.EphemeralDisk;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the {@code job} block and its groups. */
final class HclJob {

    private static final int LOWEST_PRIORITY = 1;
    private static final int HIGHEST_PRIORITY = 100;

    private static final Map<String, JobType> TYPES = Map.of(
            "service", JobType.JOB_TYPE_SERVICE,
            "batch", JobType.JOB_TYPE_BATCH,
            "system", JobType.JOB_TYPE_SYSTEM);

    private HclJob() {}

    /** The one job of a file. What is at fault is left out of it. */
    static Job read(HclValue.Body file, Faults faults) {
        List<HclItem> jobs = file.items().stream().filter(HclJob::isJob).toList();
        // If the beginning of the job is at fault, what is in it is not.
        if (faults.isEmpty() || !jobs.isEmpty()) {
            file.items().stream()
                    .filter(item -> !isJob(item))
                    .forEach(item -> faults.add(
                            item.position(),
                            Excerpt.quoted(item.name().text())
                                    + " stands outside of a job: a job file holds job \"NAME\" { … },"
                                    + " variables and locals"));
        }
        if (file.items().isEmpty() && faults.isEmpty()) {
            faults.add(Position.START, "no job here: a job file holds job \"NAME\" { … }");
        }
        if (jobs.size() > 1) {
            faults.add(jobs.get(1).position(), "a second job: a job file holds one; move it to a file of its own");
        }
        List<Block> blocks = new Block(
                        Position.START,
                        "",
                        Map.of(Keys.JOB.kind(), jobs.stream().limit(1).toList()),
                        faults)
                .named(Keys.JOB);
        return blocks.isEmpty() ? Job.getDefaultInstance() : job(blocks.get(0));
    }

    private static boolean isJob(HclItem item) {
        return item.name().text().equals(Keys.JOB.kind());
    }

    private static Job job(Block block) {
        Job.Builder job = Job.newBuilder()
                .setId(block.name())
                .addAllDatacenters(block.texts("datacenters"))
                .addAllConstraints(HclConstraints.read(block))
                .addAllAffinities(HclPreferences.affinities(block))
                .addAllSpreads(HclPreferences.spreads(block))
                .addAllTaskGroups(groups(block))
                .putAllMeta(block.pairs("meta"));
        // As in Nomad, "id" overrides the label as the id, and the label stays the name.
        block.text("id").ifPresent(id -> job.setId(id).setName(block.name()));
        block.text("name").ifPresent(job::setName);
        block.word("type", TYPES).ifPresent(job::setType);
        block.integer("priority", LOWEST_PRIORITY, HIGHEST_PRIORITY).ifPresent(job::setPriority);
        // A plan is stored as a whole or not at all, so both values mean the same.
        var unused = block.bool("all_at_once");
        HclPolicies.update(block).ifPresent(job::setUpdate);
        HclPolicies.migrate(block).ifPresent(job::setMigrate);
        block.single(Keys.PERIODIC).map(HclSchedules::periodic).ifPresent(job::setPeriodic);
        block.single(Keys.PARAMETERIZED).map(HclSchedules::parameterized).ifPresent(job::setParameterized);
        return job.build();
    }

    /** As in Nomad, a task in the job itself gets a group with the task's name; these groups come first. */
    private static List<TaskGroup> groups(Block job) {
        List<Block> tasks = job.named(Keys.TASK);
        List<TaskGroup> groups = new ArrayList<>();
        tasks.forEach(task -> groups.add(groupOf(job, task)));
        for (Block group : job.named(Keys.GROUP)) {
            if (tasks.stream().anyMatch(task -> task.name().equals(group.name()))) {
                job.refuse(
                        group.position(),
                        ("group \"%s\" has the name of a task outside of groups, which makes a group of its name:"
                                        + " rename one")
                                .formatted(group.name()));
            }
            groups.add(group(job, group));
        }
        return groups;
    }

    private static TaskGroup groupOf(Block job, Block task) {
        TaskGroup.Builder group = TaskGroup.newBuilder().setName(task.name()).addTasks(HclTask.read(task));
        HclPolicies.readReschedule(job, group);
        return group.build();
    }

    private static TaskGroup group(Block job, Block block) {
        TaskGroup.Builder group = TaskGroup.newBuilder()
                .setName(block.name())
                .addAllConstraints(HclConstraints.read(block))
                .addAllAffinities(HclPreferences.affinities(block))
                .addAllSpreads(HclPreferences.spreads(block))
                .putAllMeta(block.pairs("meta"));
        block.integer("count", 0, Integer.MAX_VALUE).ifPresent(group::setCount);
        block.single(Keys.EPHEMERAL_DISK).map(HclJob::disk).ifPresent(group::setEphemeralDisk);
        block.named(Keys.TASK).forEach(task -> group.addTasks(HclTask.read(task)));
        block.duration("shutdown_delay").ifPresent(delay -> delay(group, delay));
        HclGroupNetwork.read(block, group);
        HclPolicies.read(job, block, group);
        return group.build();
    }

    /**
     * Adds a group's {@code shutdown_delay}, which in Nomad passes once before any task is stopped: to its leader's, after which
     * the other tasks are stopped, else to that of each main task. Sidecars are stopped after these.
     */
    private static void delay(TaskGroup.Builder group, Duration delay) {
        List<Task.Builder> main = group.getTasksBuilderList().stream()
                .filter(task -> !task.hasLifecycle())
                .toList();
        boolean hasLeader = main.stream().anyMatch(Task.Builder::getLeader);
        main.stream()
                .filter(task -> task.getLeader() || !hasLeader)
                .forEach(task -> task.setShutdownDelay(ProtoTimes.toDuration(
                        ProtoTimes.toDuration(task.getShutdownDelay()).plus(ProtoTimes.toDuration(delay)))));
    }

    private static EphemeralDisk disk(Block block) {
        EphemeralDisk.Builder disk = EphemeralDisk.newBuilder();
        block.integer("size", JobDefaults.LEAST_DISK_MIB, Integer.MAX_VALUE).ifPresent(disk::setSizeMib);
        block.bool("sticky").ifPresent(disk::setSticky);
        block.bool("migrate").ifPresent(disk::setMigrate);
        return disk.build();
    }
}
