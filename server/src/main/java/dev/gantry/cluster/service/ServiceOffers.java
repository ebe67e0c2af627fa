package dev.gantry.cluster.service;

import dev.gantry.cluster.job.JobVersionCache;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the services that allocations declare. */
final class ServiceOffers {

    /** The most allocations looked up at a time: the length of a query is limited. */
    private static final int BATCH = 500;

    private final JobVersionCache versions;

    ServiceOffers(JobVersionCache versions) {
        this.versions = versions;
    }

    /**
     * A service that a task declares.
     *
     * @param task the task's name
     * @param service the service
     */
    record Offer(String task, Service service) {}

    private record Group(String jobId, long version, String name) {}

    /** Returns the declared services by allocation id. */
    Map<String, List<Offer>> of(Collection<Allocation> allocations) {
        List<Allocation> batch = new ArrayList<>();
        Map<String, List<Offer>> offers = new HashMap<>();
        for (Allocation allocation : allocations) {
            batch.add(allocation);
            if (batch.size() == BATCH) {
                find(batch, offers);
                batch.clear();
            }
        }
        find(batch, offers);
        return offers;
    }

    private void find(List<Allocation> batch, Map<String, List<Offer>> offers) {
        Map<Group, List<Offer>> known = new HashMap<>();
        for (JobVersion version : versions.of(batch)) {
            version.getJob()
                    .getTaskGroupsList()
                    .forEach(group -> known.put(
                            new Group(version.getJob().getId(), version.getVersion(), group.getName()),
                            offersOf(group)));
        }
        batch.forEach(allocation -> offers.put(allocation.getId(), known.getOrDefault(groupOf(allocation), List.of())));
    }

    /** Returns the services of a group that have a port; others have no address. */
    private static List<Offer> offersOf(TaskGroup group) {
        List<Offer> offers = new ArrayList<>();
        for (Task task : group.getTasksList()) {
            task.getServicesList().stream()
                    .filter(service -> !service.getPort().isEmpty())
                    .forEach(service -> offers.add(new Offer(task.getName(), service)));
        }
        return List.copyOf(offers);
    }

    private static Group groupOf(Allocation allocation) {
        return new Group(allocation.getJobId(), allocation.getJobVersion(), allocation.getTaskGroup());
    }
}
