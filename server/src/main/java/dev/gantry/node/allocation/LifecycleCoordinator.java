package dev.gantry.node.allocation;

import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Starts and stops the tasks of a group in the order of their lifecycle blocks: prestart tasks and sidecars first; the
 * main tasks once the prestart tasks have succeeded and the sidecars run; the poststop tasks when all others have
 * ended. Sidecars are stopped when the main tasks have ended. If a main task is the leader, the others are stopped when
 * the leader has ended, and not before it. The next step follows from the states of the tasks alone,
 * so it is the same after a restart of the node. Owned by the owner thread.
 */
final class LifecycleCoordinator {

    private final Collection<TaskRunner> tasks;

    LifecycleCoordinator(Collection<TaskRunner> tasks) {
        this.tasks = tasks;
    }

    /** Starts the tasks that may start, and ends those that are no longer needed. Idempotent. */
    void advance() {
        for (TaskRunner task : tasks) {
            if (mayBegin(task)) {
                task.begin();
            }
        }
        leader().filter(TaskRunner::isDead)
                .ifPresent(ended -> of(
                        role -> role == TaskRole.MAIN,
                        task -> task.kill("The leader, task \"%s\", has ended".formatted(ended.name()))));
        if (all(TaskRole.MAIN, TaskRunner::isDead)) {
            of(
                    role -> role == TaskRole.SIDECAR || role == TaskRole.PRESTART,
                    task -> task.kill("The main tasks have ended"));
        }
        if (areOthersDead() && tasks.stream().noneMatch(TaskRunner::hasRun)) {
            of(
                    role -> role == TaskRole.POSTSTOP,
                    task -> task.skip("No task of the group has run, so the poststop task is not needed"));
        }
    }

    /**
     * Stops all tasks except poststop tasks. The other main tasks are stopped once the leader has ended, sidecars once the
     * main tasks have ended.
     */
    void stop(String why) {
        of(role -> role == TaskRole.PRESTART, task -> task.kill(why));
        leader().filter(task -> !task.isDead())
                .ifPresentOrElse(
                        task -> task.kill(why), () -> of(role -> role == TaskRole.MAIN, task -> task.kill(why)));
        if (all(TaskRole.MAIN, TaskRunner::isDead)) {
            of(role -> role == TaskRole.SIDECAR, task -> task.kill(why));
        }
    }

    /** Stops the poststop tasks. */
    void stopPoststop(String why) {
        of(role -> role == TaskRole.POSTSTOP, task -> task.kill(why));
    }

    /** Returns true if all tasks except poststop tasks are dead. */
    boolean areOthersDead() {
        return tasks.stream().allMatch(task -> task.role() == TaskRole.POSTSTOP || task.isDead());
    }

    private Optional<TaskRunner> leader() {
        return tasks.stream().filter(task -> task.spec().task().getLeader()).findFirst();
    }

    private boolean mayBegin(TaskRunner task) {
        if (task.isDead()) {
            return false;
        }
        return switch (task.role()) {
            case PRESTART, SIDECAR -> true;
            // A task that has run before a restart of the node does not wait for restarts of the others.
            case MAIN ->
                task.hasRun()
                        || (all(TaskRole.PRESTART, TaskRunner::isDead) && all(TaskRole.SIDECAR, TaskRunner::hasRun));
            case POSTSTOP -> areOthersDead() && tasks.stream().anyMatch(TaskRunner::hasRun);
        };
    }

    private boolean all(TaskRole role, Predicate<TaskRunner> condition) {
        return tasks.stream().filter(task -> task.role() == role).allMatch(condition);
    }

    private void of(Predicate<TaskRole> roles, Consumer<TaskRunner> action) {
        tasks.stream().filter(task -> roles.test(task.role())).forEach(action);
    }
}
