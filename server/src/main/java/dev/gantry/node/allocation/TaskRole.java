package dev.gantry.node.allocation;

import dev.gantry.v1.LifecycleHook;
import dev.gantry.v1.Task;

/** The role of a task in its group, by its lifecycle block. */
enum TaskRole {
    /** Has to succeed before the main tasks start. */
    PRESTART,
    /** Starts before the main tasks and is stopped when they have ended. */
    SIDECAR,
    /** A task without a lifecycle block. */
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
