package dev.gantry.check;

import dev.gantry.check.history.JobState;
import dev.gantry.check.history.Operation.Submit;
import dev.gantry.client.JobBuilder;
import dev.gantry.client.Jobs;
import dev.gantry.client.RktTaskBuilder;
import dev.gantry.v1.DelayFunction;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.PayloadRule;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The jobs of a check. */
final class Workload {

    /** The meta key of the text that tells each submission from all others. */
    static final String TAG = "tag";

    /** The meta key of the text that tells each dispatch from all others. */
    static final String DISPATCH_TAG = "dispatch";

    /** The parameterized jobs, which are submitted before all others and stay. */
    static final List<String> PARENTS = List.of("batch-a", "batch-b");

    /** The name of the group of each job. */
    static final String GROUP = "group";

    static final long NODE_CPU = 4000;
    static final long NODE_MEMORY_MIB = 2048;
    static final int FIRST_PORT = 20_000;

    /** Few ports: one that is free is soon given away again. */
    static final int LAST_PORT = 20_005;

    private static final int CPU = 500;
    private static final int MEMORY_MIB = 256;
    private static final int STATIC_PORT = 8000;
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofMinutes(10);

    private Workload() {}

    /** Returns the id of a job. */
    static String job(int round, int number) {
        return "job-%d-%d".formatted(round, number);
    }

    /** Returns the round of a job. */
    static int round(String job) {
        return Integer.parseInt(job.split("-", -1)[1]);
    }

    /** Makes the job of a submission. */
    static Job of(Submit submit) {
        return PARENTS.contains(submit.job())
                ? parent(submit.job(), submit.tag())
                : service(submit.job(), submit.tag(), submit.count());
    }

    /**
     * Makes a service job. Its number in the round says what it is like: without an update strategy, with one, with
     * canaries, or with a static port.
     */
    private static Job service(String id, String tag, int count) {
        int number = Integer.parseInt(id.split("-", -1)[2]);
        RktTaskBuilder task = task();
        JobBuilder job = Jobs.service(id).meta(TAG, tag);
        switch (number) {
            case 0 -> task.port("web");
            case 1 ->
                job.update(Jobs.update().maxParallel(2).minHealthyTime(SHORT).ignoringChecks());
            case 2 -> {
                task.port("web");
                job.update(Jobs.update().canary(1).minHealthyTime(SHORT).ignoringChecks());
            }
            default -> task.staticPort("web", STATIC_PORT);
        }
        return job.group(Jobs.group(GROUP)
                        .count(count)
                        .reschedule(Jobs.reschedule()
                                .unlimited()
                                .delay(Duration.ofSeconds(1), DelayFunction.DELAY_FUNCTION_CONSTANT, LONG))
                        .task(task))
                .build();
    }

    private static Job parent(String id, String tag) {
        return Jobs.batch(id)
                .meta(TAG, tag)
                .parameterized(PayloadRule.PAYLOAD_RULE_FORBIDDEN, Set.of(DISPATCH_TAG), Set.of())
                .group(Jobs.group(GROUP).task(task().port("web")))
                .build();
    }

    private static RktTaskBuilder task() {
        return Jobs.rkt("task", "/srv/images/task.aci").net("host").cpu(CPU).memory(MEMORY_MIB);
    }

    /** Returns what is checked of a stored job. */
    static JobState state(JobRecord record) {
        Job job = record.getJob();
        return new JobState(
                record.getVersion(),
                record.getStopped(),
                record.getModifyIndex(),
                job.getMetaOrDefault(TAG, ""),
                job.getTaskGroups(0).getCount());
    }
}
