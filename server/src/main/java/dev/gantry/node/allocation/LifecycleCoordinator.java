package dev.gantry.node.allocation;

import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * In which order the tasks of a group come and go, by their lifecycle blocks: prestart tasks first, then, once those have
 * succeeded and the sidecars run, the main tasks; when they have ended the sidecars are stopped; when all has ended the
 * poststop tasks run. What to do next follows from how the tasks are alone, so that it is the same after a restart of the
 * node. Owned by the owner thread.
 */
final class LifecycleCoordinator {

    private final Collection<TaskRunner> tasks;

    LifecycleCoordinator(Collection<TaskRunner> tasks) {
        this.tasks = tasks;
    }

    /** Begins what may begin, ends what is not needed any more. Doing it again changes nothing. */
    void advance() {
        for (TaskRunner task : tasks) {
            if (mayBegin(task)) {
                task.begin();
            }
        }
        if (all(TaskRole.MAIN, TaskRunner::isDead)) {
            of(
                    role -> role == TaskRole.SIDECAR || role == TaskRole.PRESTART,
                    task -> task.kill("The main tasks have ended"));
        }
        if (areOthersDead() && tasks.stream().noneMatch(TaskRunner::hasRun)) {
            of(
                    role -> role == TaskRole.POSTSTOP,
                    task -> task.skip("There is nothing to do after tasks that never ran"));
        }
    }

    /** Ends all but what is there to run afterwards; sidecars end when the main tasks have. */
    void stop(String why) {
        of(role -> role == TaskRole.MAIN || role == TaskRole.PRESTART, task -> task.kill(why));
        if (all(TaskRole.MAIN, TaskRunner::isDead)) {
            of(role -> role == TaskRole.SIDECAR, task -> task.kill(why));
        }
    }

    /** Ends what runs after all the others, too. */
    void stopPoststop(String why) {
        of(role -> role == TaskRole.POSTSTOP, task -> task.kill(why));
    }

    /** Whether only what is there to run afterwards is left. */
    boolean areOthersDead() {
        return tasks.stream().allMatch(task -> task.role() == TaskRole.POSTSTOP || task.isDead());
    }

    private boolean mayBegin(TaskRunner task) {
        if (task.isDead()) {
            return false;
        }
        return switch (task.role()) {
            case PRESTART, SIDECAR -> true;
            // What has run already, before a restart of the node, does not wait for others' restarts.
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
