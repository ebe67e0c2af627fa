package dev.gantry.scheduler.state;

import dev.gantry.v1.Job;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The reservations of all jobs. They bind the plans of other jobs, unless these have a higher priority. Without them,
 * an allocation that was stopped for an important one would be placed again in the room that the important one waits for.
 */
final class Reservations {

    private record OfJob(int priority, List<Reservation> reservations) {}

    private final Map<String, OfJob> byJob = new HashMap<>();

    /** Replaces the reservations of a job. */
    void put(Job job, List<Reservation> reservations) {
        if (reservations.isEmpty()) {
            byJob.remove(job.getId());
        } else {
            byJob.put(job.getId(), new OfJob(job.getPriority(), List.copyOf(reservations)));
        }
    }

    /** Drops the reservations of a job; ignores an unknown one. */
    void remove(String jobId) {
        byJob.remove(jobId);
    }

    /** Returns the reservations of a job. */
    List<Reservation> of(String jobId) {
        OfJob found = byJob.get(jobId);
        return found == null ? List.of() : found.reservations();
    }

    /** Returns the resources, by the node's id, that a job must leave to others. */
    Map<String, List<AllocatedResources>> binding(Job job) {
        if (byJob.isEmpty()) {
            return Map.of();
        }
        Map<String, List<AllocatedResources>> binding = new HashMap<>();
        byJob.forEach((jobId, other) -> {
            if (!jobId.equals(job.getId()) && other.priority() >= job.getPriority()) {
                for (Reservation one : other.reservations()) {
                    binding.computeIfAbsent(one.nodeId(), unseen -> new ArrayList<>())
                            .add(one.resources());
                }
            }
        });
        return binding;
    }

    /** Returns a copy, which does not change when these reservations do. */
    Reservations copy() {
        Reservations copy = new Reservations();
        copy.byJob.putAll(byJob);
        return copy;
    }
}
