package dev.gantry.cluster;

import dev.gantry.cluster.ServiceOffers.Offer;
import dev.gantry.cluster.WatchHub.ServiceTopic;
import dev.gantry.store.ChangeSet;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.CheckStatus;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
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
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where services are, in memory: the addresses of allocations that run, and which of them are healthy. Read from the
 * store once, then kept current by what each write changed.
 *
 * <p>Written by one {@link SerialTask} alone, read by any thread: what is read while something changes may hold a part of
 * the change. The writer is given what has changed by way of {@link #news}, which holds an allocation once however often
 * it changes, so that it can't grow beyond the allocations that there are.
 */
public final class ServiceCatalog {

    /** Of all instances of a service, in bytes. */
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

    /** What was registered for each allocation. Owned by {@link #update}. */
    private final Map<String, Set<Registration>> registered = new HashMap<>();

    /**
     * Makes an empty catalog.
     *
     * @param reader where to read the allocations to begin with
     * @param versions what jobs offer
     * @param watches wakes those who watch a service
     * @param executor runs updates; may wait for the database
     */
    public ServiceCatalog(StoreReader reader, JobVersionCache versions, WatchHub watches, Executor executor) {
        this.reader = reader;
        this.watches = watches;
        this.offers = new ServiceOffers(versions);
        this.update = new SerialTask(executor, this::update);
    }

    /** One place where a service is said to be. */
    private record Place(String ip, int port, String allocationId, String task) {}

    /** A service at a place. */
    private record Registration(ServiceInstance instance, boolean healthy) {

        Place place() {
            return new Place(instance.getIp(), instance.getPort(), instance.getAllocationId(), instance.getTask());
        }
    }

    /** Reads what there is. Call it once, after {@link #publish} has been made a listener of the store. */
    public void load() {
        takeIn(reader.allocations().toSchedule());
    }

    /**
     * Takes in what a write changed; never waits.
     *
     * @param changes what it changed
     */
    public void publish(ChangeSet changes) {
        takeIn(changes.allocations());
    }

    /** Takes up what could not be taken in. Called about once a second. */
    public void check() {
        if (!news.isEmpty()) {
            update.call();
        }
    }

    /**
     * Services in the order of their names.
     *
     * @param after only names behind this one; empty: from the first on
     * @param prefix only names that begin so
     * @param limit at most this many
     * @return the services, counted
     */
    public List<ServiceSummary> list(String after, String prefix, int limit) {
        boolean isFirst = after.compareTo(prefix) < 0;
        return services.tailMap(isFirst ? prefix : after, isFirst).entrySet().stream()
                .takeWhile(service -> service.getKey().startsWith(prefix))
                .limit(limit)
                .map(service -> summary(service.getKey(), service.getValue().values()))
                .toList();
    }

    /**
     * The healthy instances of a service.
     *
     * @param name its name
     * @param tags only instances that have all of these
     * @return the instances in the order of their addresses; empty if there is no such service
     */
    public List<ServiceInstance> healthy(String name, Collection<String> tags) {
        Map<Place, Registration> places = services.get(name);
        Set<String> wanted = Set.copyOf(tags);
        List<ServiceInstance> healthy = places == null
                ? List.of()
                : places.values().stream()
                        .filter(Registration::healthy)
                        .map(Registration::instance)
                        .filter(instance ->
                                wanted.isEmpty() || new HashSet<>(instance.getTagsList()).containsAll(wanted))
                        .toList();
        checkSize(name, healthy);
        return healthy;
    }

    /** Tens of thousands of instances are more than anyone can use, and no client takes an answer without end. */
    private static void checkSize(String name, List<ServiceInstance> instances) {
        long size =
                instances.stream().mapToLong(ServiceInstance::getSerializedSize).sum();
        if (size > LARGEST_ANSWER) {
            throw new RefusedException(
                    "Service %s has %d such instances, which are %d bytes; the limit of an answer is %d: ask for some of them by tags"
                            .formatted(name, instances.size(), size, LARGEST_ANSWER));
        }
    }

    /** What has no port has no address, and never gets one: most tasks of batch jobs are passed over here. */
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

    /** The newest is kept: what is loaded may be older than what was published meanwhile. */
    private void put(Allocation allocation) {
        news.merge(
                allocation.getId(),
                allocation,
                (known, other) -> other.getModifyIndex() >= known.getModifyIndex() ? other : known);
    }

    private void update() {
        List<Allocation> changed = List.copyOf(news.values());
        // What has changed again stays, for the next run.
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
        Set<Registration> now = offered.stream()
                .flatMap(offer -> registration(allocation, offer).stream())
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

    private void remove(Registration gone) {
        String name = gone.instance().getService();
        Map<Place, Registration> places = services.getOrDefault(name, new ConcurrentSkipListMap<>(BY_ADDRESS));
        // What has taken its place, such as itself in another state of health, stays: no reader shall miss it
        // meanwhile.
        places.remove(gone.place(), gone);
        if (places.isEmpty()) {
            services.remove(name);
        }
    }

    /** Empty where the allocation was given no such port. */
    private static Optional<Registration> registration(Allocation allocation, Offer offer) {
        return allocation.getPortsList().stream()
                .filter(port -> port.getTask().equals(offer.task()))
                .filter(port -> port.getLabel().equals(offer.service().getPort()))
                .findFirst()
                .map(port -> new Registration(instance(allocation, offer, port), isHealthy(allocation, offer)));
    }

    private static ServiceInstance instance(Allocation allocation, Offer offer, AllocatedPort port) {
        return ServiceInstance.newBuilder()
                .setService(offer.service().getName())
                .setIp(port.getIp())
                .setPort(port.getPort())
                .addAllTags(offer.service().getTagsList())
                .setAllocationId(allocation.getId())
                .setTask(offer.task())
                .setNodeId(allocation.getNodeId())
                .setJobId(allocation.getJobId())
                .build();
    }

    /** A check of which the node has said nothing yet does not pass. */
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

    private static ServiceSummary summary(String name, Collection<Registration> registrations) {
        ServiceSummary.Builder summary = ServiceSummary.newBuilder().setName(name);
        Set<String> tags = new TreeSet<>();
        int healthy = 0;
        int total = 0;
        for (Registration registration : registrations) {
            tags.addAll(registration.instance().getTagsList());
            healthy += registration.healthy() ? 1 : 0;
            total++;
        }
        return summary.addAllTags(tags).setHealthy(healthy).setTotal(total).build();
    }
}
