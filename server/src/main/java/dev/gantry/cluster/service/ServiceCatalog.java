package dev.gantry.cluster.service;

import dev.gantry.cluster.FailureLog;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.SerialTask;
import dev.gantry.cluster.job.JobVersionCache;
import dev.gantry.cluster.service.ServiceOffers.Offer;
import dev.gantry.cluster.watch.WatchHub;
import dev.gantry.cluster.watch.WatchHub.ServiceTopic;
import dev.gantry.store.ChangeSet;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.CheckStatus;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentGroup;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Service;
import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.ServiceSummary;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the addresses of services in memory: of running allocations, and which of them are healthy. Read from the store
 * once, then kept current by the changes of each write.
 *
 * <p>Only one {@link SerialTask} writes; any thread reads, and may see a part of a change. Changed allocations wait for
 * the writer in {@link #news}, each once, so that it cannot grow beyond the number of allocations.
 */
public final class ServiceCatalog {

    /** The most bytes of all instances of a service in an answer. */
    private static final int LARGEST_ANSWER = 8 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(ServiceCatalog.class);

    private static final Comparator<Place> BY_ADDRESS = Comparator.comparing(Place::ip)
            .thenComparingInt(Place::port)
            .thenComparing(Place::allocationId)
            .thenComparing(Place::task);

    private final WatchHub watches;
    private final ServiceOffers offers;
    private final StoreReader reader;
    private final SerialTask update;

    private final ConcurrentMap<String, Allocation> news = new ConcurrentHashMap<>();
    private final ConcurrentNavigableMap<String, ConcurrentNavigableMap<Place, Registration>> services =
            new ConcurrentSkipListMap<>();

    /** The registrations of each allocation. Owned by {@link #update}. */
    private final Map<String, Set<Registration>> registered = new HashMap<>();

    /** The registered allocations with tags of canaries. */
    private final ConcurrentMap<String, Allocation> canaries = new ConcurrentHashMap<>();

    /**
     * Creates an empty catalog.
     *
     * @param reader reads the allocations at the start
     * @param versions finds the services that jobs declare
     * @param watches wakes those who watch a service
     * @param executor runs updates; may block on the database
     */
    public ServiceCatalog(StoreReader reader, JobVersionCache versions, WatchHub watches, Executor executor) {
        this.reader = reader;
        this.watches = watches;
        this.offers = new ServiceOffers(versions);
        this.update = new SerialTask(executor, this::update);
    }

    /** An address of a service. */
    private record Place(String ip, int port, String allocationId, String task) {}

    /** A service at an address, and whether it is healthy. */
    private record Registration(ServiceInstance instance, boolean healthy) {

        Place place() {
            return new Place(instance.getIp(), instance.getPort(), instance.getAllocationId(), instance.getTask());
        }
    }

    /** Reads the stored allocations. Call it once, after {@link #publish} was registered as a listener of the store. */
    public void load() {
        takeIn(reader.allocations().withPorts());
    }

    /**
     * Takes in the changes of a write. Never blocks.
     *
     * @param changes the changes
     */
    public void publish(ChangeSet changes) {
        takeIn(changes.allocations());
        Set<String> deployments =
                changes.deployments().stream().map(Deployment::getId).collect(Collectors.toSet());
        // A promotion changes the tags of canaries, but not the canaries.
        takeIn(canaries.values().stream()
                .filter(canary -> deployments.contains(canary.getDeploymentId()))
                .toList());
    }

    /** Repeats an update that has failed. Called about once a second. */
    public void check() {
        if (!news.isEmpty()) {
            update.call();
        }
    }

    /**
     * Lists services in the order of their names.
     *
     * @param after the name after which to begin; empty: begin with the first
     * @param prefix the prefix of the names
     * @param limit the most services to return
     * @param jobs selects the jobs whose instances are counted
     * @return the services with the number of their instances, which may be 0
     */
    public List<ServiceSummary> list(String after, String prefix, int limit, Predicate<String> jobs) {
        boolean isFirst = after.compareTo(prefix) < 0;
        return services.tailMap(isFirst ? prefix : after, isFirst).entrySet().stream()
                .takeWhile(service -> service.getKey().startsWith(prefix))
                .limit(limit)
                .map(service -> summary(service.getKey(), service.getValue().values(), jobs))
                .toList();
    }

    /**
     * Returns the healthy instances of a service.
     *
     * @param name the service's name
     * @param tags tags that an instance must have, all of them
     * @param jobs selects the jobs whose instances are returned
     * @return the instances in the order of their addresses; empty if there is no such service
     * @throws RefusedException if the instances take more than 8 MiB
     */
    public List<ServiceInstance> healthy(String name, Collection<String> tags, Predicate<String> jobs) {
        Map<Place, Registration> places = services.get(name);
        Set<String> wanted = Set.copyOf(tags);
        List<ServiceInstance> healthy = places == null
                ? List.of()
                : places.values().stream()
                        .filter(Registration::healthy)
                        .map(Registration::instance)
                        .filter(instance -> jobs.test(instance.getJobId()))
                        .filter(instance ->
                                wanted.isEmpty() || new HashSet<>(instance.getTagsList()).containsAll(wanted))
                        .toList();
        checkSize(name, healthy);
        return healthy;
    }

    /**
     * Refuses answers that are too large: no client can take an answer of any size, or use tens of thousands of
     * instances.
     */
    private static void checkSize(String name, List<ServiceInstance> instances) {
        long size =
                instances.stream().mapToLong(ServiceInstance::getSerializedSize).sum();
        if (size > LARGEST_ANSWER) {
            throw new RefusedException(
                    "Service %s has %d such instances, which are %d bytes; the limit of an answer is %d: ask for some of them by tags"
                            .formatted(name, instances.size(), size, LARGEST_ANSWER));
        }
    }

    /** Queues allocations with ports; others have no address, which is the case for most batch jobs. */
    private void takeIn(List<Allocation> allocations) {
        boolean any = false;
        for (Allocation allocation : allocations) {
            if (allocation.getPortsCount() > 0) {
                put(allocation);
                any = true;
            }
        }
        if (any) {
            update.call();
        }
    }

    /** Keeps the newer state of an allocation: a loaded state may be older than a published one. */
    private void put(Allocation allocation) {
        news.merge(
                allocation.getId(),
                allocation,
                (known, other) -> other.getModifyIndex() >= known.getModifyIndex() ? other : known);
    }

    private void update() {
        List<Allocation> changed = List.copyOf(news.values());
        // An allocation that has changed again stays for the next run.
        changed.forEach(allocation -> news.remove(allocation.getId(), allocation));
        try {
            List<Allocation> running = changed.stream()
                    .filter(allocation -> allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_RUNNING)
                    .toList();
            Map<String, List<Offer>> offered = offers.of(running);
            Set<String> touched = new HashSet<>();
            changed.forEach(
                    allocation -> register(allocation, offered.getOrDefault(allocation.getId(), List.of()), touched));
            touched.forEach(name -> watches.wake(new ServiceTopic(name)));
        } catch (RuntimeException e) {
            FailureLog.tell(
                    LOG,
                    "Could not tell which services %d allocations offer; it is tried again in a second"
                            .formatted(changed.size()),
                    e);
            changed.forEach(this::put);
        }
    }

    private void register(Allocation allocation, List<Offer> offered, Set<String> touched) {
        boolean isCanary = allocation.getCanary()
                && offered.stream().anyMatch(offer -> offer.service().getCanaryTagsCount() > 0);
        if (isCanary) {
            canaries.put(allocation.getId(), allocation);
        } else {
            canaries.remove(allocation.getId());
        }
        boolean isTried = isCanary && !isPromoted(allocation);
        Set<Registration> now = offered.stream()
                .flatMap(offer -> registration(allocation, offer, isTried).stream())
                .collect(Collectors.toSet());
        Set<Registration> before =
                now.isEmpty() ? registered.remove(allocation.getId()) : registered.put(allocation.getId(), now);
        for (Registration come : now) {
            Registration known = services.computeIfAbsent(
                            come.instance().getService(), name -> new ConcurrentSkipListMap<>(BY_ADDRESS))
                    .put(come.place(), come);
            if (!come.equals(known)) {
                touched.add(come.instance().getService());
            }
        }
        for (Registration gone : before == null ? Set.<Registration>of() : before) {
            if (!now.contains(gone)) {
                remove(gone);
                touched.add(gone.instance().getService());
            }
        }
    }

    private boolean isPromoted(Allocation canary) {
        return reader.deployments().find(canary.getDeploymentId()).stream()
                .flatMap(deployment -> deployment.getGroupsList().stream())
                .filter(group -> group.getTaskGroup().equals(canary.getTaskGroup()))
                .anyMatch(DeploymentGroup::getPromoted);
    }

    private void remove(Registration gone) {
        String name = gone.instance().getService();
        Map<Place, Registration> places = services.getOrDefault(name, new ConcurrentSkipListMap<>(BY_ADDRESS));
        // Remove only this registration: another one at the same address, such as the same service with another health,
        // has replaced it, and readers must not miss it.
        places.remove(gone.place(), gone);
        if (places.isEmpty()) {
            services.remove(name);
        }
    }

    /** Returns the registration of a service; empty if the allocation has no such port. */
    private static Optional<Registration> registration(Allocation allocation, Offer offer, boolean isTried) {
        return allocation.getPortsList().stream()
                .filter(port -> port.getTask().equals(offer.task()))
                .filter(port -> port.getLabel().equals(offer.service().getPort()))
                .findFirst()
                .map(port ->
                        new Registration(instance(allocation, offer, port, isTried), isHealthy(allocation, offer)));
    }

    private static ServiceInstance instance(Allocation allocation, Offer offer, AllocatedPort port, boolean isTried) {
        return ServiceInstance.newBuilder()
                .setService(offer.service().getName())
                .setIp(port.getIp())
                .setPort(port.getPort())
                .addAllTags(tags(offer.service(), isTried))
                .setAllocationId(allocation.getId())
                .setTask(offer.task())
                .setNodeId(allocation.getNodeId())
                .setJobId(allocation.getJobId())
                .build();
    }

    private static List<String> tags(Service service, boolean isTried) {
        return isTried && service.getCanaryTagsCount() > 0 ? service.getCanaryTagsList() : service.getTagsList();
    }

    /** Returns true if all checks of the service pass. A check that the node has not reported yet does not pass. */
    private static boolean isHealthy(Allocation allocation, Offer offer) {
        Set<String> passing = allocation.getChecksList().stream()
                .filter(check -> check.getTask().equals(offer.task()))
                .filter(check -> check.getService().equals(offer.service().getName()))
                .filter(check -> check.getStatus() == CheckStatus.CHECK_STATUS_PASSING)
                .map(check -> check.getCheck())
                .collect(Collectors.toSet());
        return allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN
                && offer.service().getChecksList().stream().allMatch(check -> passing.contains(check.getName()));
    }

    private static ServiceSummary summary(String name, Collection<Registration> registrations, Predicate<String> jobs) {
        ServiceSummary.Builder summary = ServiceSummary.newBuilder().setName(name);
        Set<String> tags = new TreeSet<>();
        int healthy = 0;
        int total = 0;
        for (Registration registration : registrations) {
            if (!jobs.test(registration.instance().getJobId())) {
                continue;
            }
            tags.addAll(registration.instance().getTagsList());
            healthy += registration.healthy() ? 1 : 0;
            total++;
        }
        return summary.addAllTags(tags).setHealthy(healthy).setTotal(total).build();
    }
}
