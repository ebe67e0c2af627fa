package dev.gantry.cluster;

import dev.gantry.v1.Allocation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Allocations that had to go for others which can't be placed before the room is free: kept until it is known for which
 * one each had to go. Forgotten at a restart, when that stays unsaid.
 *
 * <p>Owned by the store's writer thread.
 */
final class Preempted {

    private record Victim(String id, String nodeId) {}

    private final Map<String, Set<Victim>> victims = new HashMap<>();

    /** An allocation had to go for a job that has nothing on its node yet. */
    void add(String jobId, Allocation victim) {
        victims.computeIfAbsent(jobId, unseen -> new HashSet<>()).add(new Victim(victim.getId(), victim.getNodeId()));
    }

    /** Takes out what had to go for an allocation that is placed now. */
    List<String> take(Allocation placed) {
        Set<Victim> ofJob = victims.getOrDefault(placed.getJobId(), new HashSet<>());
        List<Victim> taken = ofJob.stream()
                .filter(victim -> victim.nodeId().equals(placed.getNodeId()))
                .toList();
        taken.forEach(ofJob::remove);
        return taken.stream().map(Victim::id).toList();
    }

    /** A job waits for nothing any more. */
    void forget(String jobId) {
        victims.remove(jobId);
    }
}
