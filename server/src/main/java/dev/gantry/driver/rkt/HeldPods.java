package dev.gantry.driver.rkt;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The pods that this process is using. The sweep, in another thread, does not touch them. Thread-safe.
 *
 * <p>A starting task is held by its allocation until its pod is held by its UUID. At every moment at least one set
 * contains it.
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

    /** Ends the hold by allocation: the pod is held by its UUID, or was removed. */
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
     * Returns true if this process uses a pod.
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
