package dev.gantry.cli;

import dev.gantry.client.AllocationQuery;
import dev.gantry.client.GantryClient;
import dev.gantry.client.Watch;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code gantry job restart}: restarts the running allocations of a job in batches. */
@Command(
        name = "restart",
        description = {
            "Restarts the tasks of a job's running allocations on their nodes, some at a time, and waits until they run"
                    + " again before it goes on.",
            "",
            "Ends with 1, and restarts no more, if an allocation fails, can't be restarted, or does not run in time.",
            ""
        })
final class JobRestartCommand extends ClientCommand {

    private static final Duration POLL = Duration.ofSeconds(1);

    @Parameters(paramLabel = "JOB", description = "The job's id.")
    private String jobId;

    @Option(names = "--group", paramLabel = "GROUP", description = "Only this group.")
    private String group = "";

    @Option(names = "--task", paramLabel = "TASK", description = "Only this task of each allocation.")
    private String task = "";

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many allocations are restarted at a time. Default: ${DEFAULT-VALUE}.")
    private int batchSize;

    @Option(
            names = "--wait-timeout",
            paramLabel = "DURATION",
            defaultValue = "5m",
            description = "How long to wait for each batch; 0: no limit. Default: ${DEFAULT-VALUE}.")
    private Duration waitTimeout;

    JobRestartCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        if (batchSize < 1) {
            throw new CommandFailedException("--batch-size must be 1 or more, not %d".formatted(batchSize));
        }
        List<Allocation> running = client.allocations().list(AllocationQuery.ALL.ofJob(jobId)).toList().stream()
                .filter(one -> one.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING)
                .filter(one -> one.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN)
                .filter(one -> group.isEmpty() || one.getTaskGroup().equals(group))
                .toList();
        if (running.isEmpty()) {
            requireGroup(JobPrefix.change(client, jobId, () -> client.jobs().get(jobId))
                    .getJob()
                    .getJob());
            print("No allocation of job \"%s\"%s runs"
                    .formatted(jobId, group.isEmpty() ? "" : " in group \"%s\"".formatted(group)));
            return GantryCli.DONE;
        }
        for (int begin = 0; begin < running.size(); begin += batchSize) {
            restart(client, running.subList(begin, Math.min(begin + batchSize, running.size())));
        }
        print("==> %s of job \"%s\" %s restarted"
                .formatted(TextFormat.count(running.size(), "allocation"), jobId, running.size() == 1 ? "is" : "are"));
        return GantryCli.DONE;
    }

    private void requireGroup(Job job) {
        List<String> groups =
                job.getTaskGroupsList().stream().map(TaskGroup::getName).toList();
        if (!group.isEmpty() && !groups.contains(group)) {
            throw new CommandFailedException(
                    "Job \"%s\" has no group \"%s\"; its groups: %s".formatted(jobId, group, TextFormat.list(groups)));
        }
    }

    private void restart(GantryClient client, List<Allocation> batch) {
        List<Allocation> before = new ArrayList<>();
        List<List<String>> tasks = new ArrayList<>();
        for (Allocation one : batch) {
            Allocation whole = client.allocations().get(one.getId());
            tasks.add(client.allocations().restart(one.getId(), task));
            print("    Allocation \"%s\" (%s) is being restarted"
                    .formatted(TextFormat.shortId(one.getId()), one.getName()));
            before.add(whole);
        }
        long deadline = context().nanoTime().getAsLong() + waitTimeout.toNanos();
        for (int i = 0; i < before.size(); i++) {
            awaitRestarted(client, before.get(i), tasks.get(i), deadline);
        }
    }

    private void awaitRestarted(GantryClient client, Allocation before, List<String> tasks, long deadline) {
        String name = "Allocation \"%s\" (%s)".formatted(TextFormat.shortId(before.getId()), before.getName());
        try (Watch<Allocation> watch = client.allocations().watch(before.getId())) {
            Allocation now = before;
            while (!isRestarted(before, now, tasks)) {
                if (AllocationStatuses.isTerminal(now)) {
                    throw new CommandFailedException("%s has ended: %s".formatted(name, now.getDescription()));
                }
                if (!waitTimeout.isZero() && context().nanoTime().getAsLong() - deadline > 0) {
                    throw new CommandFailedException("%s does not run again in time".formatted(name));
                }
                if (watch.isEnded()) {
                    throw new CommandFailedException("%s has ended".formatted(name));
                }
                now = watch.poll(POLL).orElse(now);
            }
            print("    %s runs again".formatted(name));
        }
    }

    private static boolean isRestarted(Allocation before, Allocation now, List<String> tasks) {
        return !AllocationStatuses.isTerminal(now)
                && tasks.stream()
                        .allMatch(task -> task(now, task).getPhase() == TaskPhase.TASK_PHASE_RUNNING
                                && !task(now, task)
                                        .getPodId()
                                        .equals(task(before, task).getPodId()));
    }

    private static TaskState task(Allocation allocation, String name) {
        return allocation.getTaskStatesList().stream()
                .filter(state -> state.getTask().equals(name))
                .findFirst()
                .orElse(TaskState.getDefaultInstance());
    }
}
