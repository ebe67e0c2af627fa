package dev.gantry.node.allocation;

import dev.gantry.v1.LifecycleHook;
import dev.gantry.v1.Task;

/** What a task is to its group, by its lifecycle block. */
enum TaskRole {
    /** Must have succeeded before the main tasks start. */
    PRESTART,
    /** Starts before the main tasks and is stopped when they have ended. */
    SIDECAR,
    /** What the group is there for. */
    MAIN,
    /** Runs once all others have ended. */
    POSTSTOP;

    static TaskRole of(Task task) {
        if (task.getLifecycle().getHook() == LifecycleHook.LIFECYCLE_HOOK_PRESTART) {
            return task.getLifecycle().getSidecar() ? SIDECAR : PRESTART;
        }
        return task.getLifecycle().getHook() == LifecycleHook.LIFECYCLE_HOOK_POSTSTOP ? POSTSTOP : MAIN;
    }
}
