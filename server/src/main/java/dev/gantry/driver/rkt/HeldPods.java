package dev.gantry.driver.rkt;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The pods that this process uses. The sweep, which runs in another thread, does not touch these pods. Thread-safe.
 *
 * <p>Each task is in one of two sets: a starting task by its directory, then its pod by the UUID. When a task moves
 * from the first set to the second, it is in both for a moment, so that the sweep never misses it.
 */
final class HeldPods {

    private final Set<Path> starting = ConcurrentHashMap.newKeySet();
    private final Set<String> held = ConcurrentHashMap.newKeySet();

    /**
     * Holds a task by its {@link dev.gantry.driver.TaskDirectory#own()} directory: from now on, a pod of the task may
     * appear.
     */
    void starting(Path task) {
        starting.add(task);
    }

    /** Holds a pod by its UUID. */
    void hold(String uuid) {
        held.add(uuid);
    }

    /** Ends the hold by the directory: the pod is held by its UUID, or was removed. */
    void started(Path task) {
        starting.remove(task);
    }

    void release(String uuid) {
        held.remove(uuid);
    }

    /** Returns true if a pod is held by its UUID. */
    boolean isHeld(String uuid) {
        return held.contains(uuid);
    }

    /**
     * Returns true if this process uses a pod.
     *
     * @param uuid the pod
     * @param allocation id of the allocation that it belongs to
     */
    boolean isBusy(String uuid, String allocation) {
        // Look in this order, since a task moves from the first set to the second.
        return starting.stream().anyMatch(task -> allocationOf(task).equals(allocation)) || held.contains(uuid);
    }

    private static String allocationOf(Path task) {
        return task.getParent().getFileName().toString();
    }
}
