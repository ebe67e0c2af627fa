package dev.gantry.client;

import dev.gantry.client.Pages.Page;
import dev.gantry.v1.GetServiceRequest;
import dev.gantry.v1.ListServicesRequest;
import dev.gantry.v1.ListServicesResponse;
import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.ServiceSummary;
import dev.gantry.v1.WatchServiceRequest;
import dev.gantry.v1.WatchServiceResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** Finds services. Thread-safe. Each method throws {@link GantryException}s. */
public final class ServiceClient {

    private final Connection connection;

    ServiceClient(Connection connection) {
        this.connection = connection;
    }

    /**
     * Lists all services, ordered by name. Pages are fetched while the stream is read.
     *
     * @return the services with counts of instances
     */
    public Stream<ServiceSummary> list() {
        return list("");
    }

    /**
     * Lists the services whose names begin with a prefix, ordered by name. Pages are fetched while the stream is read.
     *
     * @param prefix the prefix
     * @return the services with counts of instances
     */
    public Stream<ServiceSummary> list(String prefix) {
        ListServicesRequest.Builder request = ListServicesRequest.newBuilder().setPrefix(prefix);
        return Pages.stream(token -> {
            ListServicesRequest page = request.setPageToken(token).build();
            ListServicesResponse answer = connection.call(connection.services(), stub -> stub.listServices(page));
            return new Page<>(answer.getServicesList(), answer.getNextPageToken());
        });
    }

    /**
     * Returns the healthy instances of a service: their allocations run and all their checks pass.
     *
     * @param name the service's name
     * @param tags the tags that an instance must have
     * @return the instances, ordered by address; empty if there is none, or no such service
     */
    public List<ServiceInstance> get(String name, String... tags) {
        GetServiceRequest request = GetServiceRequest.newBuilder()
                .setName(name)
                .addAllTags(List.of(tags))
                .build();
        return connection
                .call(connection.services(), stub -> stub.getService(request))
                .getInstancesList();
    }

    /**
     * Watches a service: returns its healthy instances, then again all of them after each change.
     *
     * @param name the service's name; the service need not exist yet
     * @param tags the tags that an instance must have
     * @return the watch; it does not end by itself
     */
    public Watch<List<ServiceInstance>> watch(String name, String... tags) {
        WatchServiceRequest request = WatchServiceRequest.newBuilder()
                .setName(name)
                .addAllTags(List.of(tags))
                .build();
        // A resumed watch begins with all instances, which may not have changed.
        AtomicReference<WatchServiceResponse> told = new AtomicReference<>();
        Watch<WatchServiceResponse> watch = connection.watch(
                () -> connection.stream(connection.services(), stub -> stub.watchService(request)),
                update -> !update.equals(told.getAndSet(update)));
        return new MappedWatch<>(watch, WatchServiceResponse::getInstancesList);
    }
}
