package dev.gantry.driver.rkt;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The pods that this process of the node is busy with, so that a sweep in another thread leaves them alone. May be used
 * by several threads at once.
 *
 * <p>A starting task is known by its allocation until its pod is known by its UUID; it never is in neither set.
 */
final class HeldPods {

    private final Set<Path> starting = ConcurrentHashMap.newKeySet();
    private final Set<String> held = ConcurrentHashMap.newKeySet();

    /** From now on a pod of the task with that {@link dev.gantry.driver.TaskDirectory#own()} may appear. */
    void starting(Path task) {
        starting.add(task);
    }

    /** From now on the pod is known. */
    void hold(String uuid) {
        held.add(uuid);
    }

    /** The start is over; its pod is held, or gone. */
    void started(Path task) {
        starting.remove(task);
    }

    void release(String uuid) {
        held.remove(uuid);
    }

    /** Decides whether the pod is known, by its UUID alone. */
    boolean isHeld(String uuid) {
        return held.contains(uuid);
    }

    /**
     * Decides whether this process is busy with a pod.
     *
     * @param uuid the pod
     * @param allocation id of the allocation that it belongs to
     */
    boolean isBusy(String uuid, String allocation) {
        // In this order, since a pod goes from the first set to the second.
        return starting.stream().anyMatch(task -> allocationOf(task).equals(allocation)) || held.contains(uuid);
    }

    private static String allocationOf(Path task) {
        return task.getParent().getFileName().toString();
    }
}
