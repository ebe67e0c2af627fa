package dev.gantry.node;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskCommandException;
import dev.gantry.node.allocation.AllocationRunner;
import dev.gantry.node.session.OwnerThread;
import dev.gantry.v1.TaskAction;
import dev.gantry.v1.TaskActionResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Restarts tasks and sends them signals when the server asks for it. Request ids are unique within one session only, so an
 * answer to an ended session is dropped. Owned by the owner thread; only the calls of drivers run on other threads.
 */
final class TaskActions {

    private final OwnerThread owner;
    private final NodeAllocations allocations;
    private final Executor drivers;
    private final Consumer<TaskActionResult> sender;
    private long sessionNumber;

    /**
     * Prepares the actions.
     *
     * @param owner the owner thread
     * @param allocations the node's allocations
     * @param drivers threads for calls of drivers, which may block; it rejects what exceeds its bounds
     * @param sender sends answers to the server
     */
    TaskActions(OwnerThread owner, NodeAllocations allocations, Executor drivers, Consumer<TaskActionResult> sender) {
        this.owner = owner;
        this.allocations = allocations;
        this.drivers = drivers;
        this.sender = sender;
    }

    /** Does what a request asks for, and answers it. */
    void act(TaskAction action) {
        Optional<AllocationRunner> runner = allocations.find(action.getAllocationId());
        if (runner.isEmpty()) {
            refuse(action, "Allocation %s does not run on its node".formatted(action.getAllocationId()));
        } else if (action.getSignal().isEmpty()) {
            restart(action, runner.get());
        } else {
            signal(action, runner.get());
        }
    }

    /** Answers a request with an error, for people. */
    void refuse(TaskAction action, String why) {
        sender.accept(answer(action).setError(why).build());
    }

    /** Drops all answers of the session that has ended. */
    void endSession() {
        sessionNumber++;
    }

    private void restart(TaskAction action, AllocationRunner runner) {
        List<String> restarted = runner.restart(action.getTask());
        if (restarted.isEmpty()) {
            refuse(action, notRunning(action, runner, "runs, or it is being stopped or restarted already"));
        } else {
            sender.accept(answer(action).addAllTasks(restarted).build());
        }
    }

    private void signal(TaskAction action, AllocationRunner runner) {
        Map<String, RunningTask> running = runner.running(action.getTask());
        if (running.isEmpty()) {
            refuse(action, notRunning(action, runner, "runs"));
            return;
        }
        long number = sessionNumber;
        try {
            drivers.execute(() -> {
                TaskActionResult result = signal(action, running);
                owner.execute(() -> send(number, result));
            });
        } catch (RejectedExecutionException e) {
            refuse(action, "The node sends too many signals at the same time: try again");
        }
    }

    private static TaskActionResult signal(TaskAction action, Map<String, RunningTask> running) {
        TaskActionResult.Builder result = answer(action);
        List<String> failures = new ArrayList<>();
        new LinkedHashMap<>(running).forEach((name, task) -> {
            try {
                task.signal(action.getSignal());
                result.addTasks(name);
            } catch (TaskCommandException e) {
                failures.add("task \"%s\": %s".formatted(name, e.getMessage()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failures.add("task \"%s\": the node is being stopped".formatted(name));
            }
        });
        return result.setError(String.join("; ", failures)).build();
    }

    private void send(long number, TaskActionResult result) {
        if (number == sessionNumber) {
            sender.accept(result);
        }
    }

    private static String notRunning(TaskAction action, AllocationRunner runner, String what) {
        return action.getTask().isEmpty()
                ? "No task of allocation %s %s".formatted(runner.id(), what)
                : "No task \"%s\" of allocation %s %s; its tasks: %s"
                        .formatted(action.getTask(), runner.id(), what, String.join(", ", runner.taskNames()));
    }

    private static TaskActionResult.Builder answer(TaskAction action) {
        return TaskActionResult.newBuilder().setRequestId(action.getRequestId());
    }
}
