package dev.gantry.cluster;

import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What services the groups of job versions offer: read from the store, and remembered for the versions that were asked
 * for last. Not safe for use by many threads.
 */
final class ServiceOffers {

    private static final int REMEMBERED = 4096;

    /** So many versions are read at a time: the text of a query has its limits. */
    private static final int BATCH = 500;

    private final StoreReader reader;
    private final Map<Version, Map<String, List<Offer>>> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Version, Map<String, List<Offer>>> eldest) {
            return size() > REMEMBERED;
        }
    };

    ServiceOffers(StoreReader reader) {
        this.reader = reader;
    }

    /** A service of a task. */
    record Offer(String task, Service service) {}

    private record Version(String jobId, long version) {}

    /** What each of some allocations offers, by their ids. */
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
        List<Allocation> unknown = batch.stream()
                .filter(allocation -> !remembered.containsKey(versionOf(allocation)))
                .toList();
        if (!unknown.isEmpty()) {
            reader.jobVersionsOf(unknown).forEach(this::remember);
        }
        batch.forEach(allocation -> offers.put(
                allocation.getId(),
                remembered
                        .getOrDefault(versionOf(allocation), Map.of())
                        .getOrDefault(allocation.getTaskGroup(), List.of())));
    }

    private void remember(JobVersion version) {
        Map<String, List<Offer>> groups = new HashMap<>();
        version.getJob().getTaskGroupsList().forEach(group -> groups.put(group.getName(), offersOf(group)));
        remembered.put(new Version(version.getJob().getId(), version.getVersion()), groups);
    }

    /** A service without a port has no address to tell. */
    private static List<Offer> offersOf(TaskGroup group) {
        List<Offer> offers = new ArrayList<>();
        for (Task task : group.getTasksList()) {
            task.getServicesList().stream()
                    .filter(service -> !service.getPort().isEmpty())
                    .forEach(service -> offers.add(new Offer(task.getName(), service)));
        }
        return List.copyOf(offers);
    }

    private static Version versionOf(Allocation allocation) {
        return new Version(allocation.getJobId(), allocation.getJobVersion());
    }
}
