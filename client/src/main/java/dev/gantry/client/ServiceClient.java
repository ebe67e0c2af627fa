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

/** Where services are. Safe for use by many threads. Each method throws {@link GantryException}s. */
public final class ServiceClient {

    private final Connection connection;

    ServiceClient(Connection connection) {
        this.connection = connection;
    }

    /**
     * All services in the order of their names, fetched as the stream is read.
     *
     * @return the services, counted
     */
    public Stream<ServiceSummary> list() {
        return list("");
    }

    /**
     * The services whose names begin with a prefix, in the order of their names, fetched as the stream is read.
     *
     * @param prefix how the names begin
     * @return the services, counted
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
     * The healthy instances of a service: its allocation runs, and all its checks pass.
     *
     * @param name its name
     * @param tags only instances that have all of these
     * @return the instances in the order of their addresses; empty if there is none, or no such service
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
     * The healthy instances of a service, then again all of them after each change.
     *
     * @param name its name; there need not be such a service yet
     * @param tags only instances that have all of these
     * @return the watch; it does not end by itself
     */
    public Watch<List<ServiceInstance>> watch(String name, String... tags) {
        WatchServiceRequest request = WatchServiceRequest.newBuilder()
                .setName(name)
                .addAllTags(List.of(tags))
                .build();
        // A watch that is resumed begins anew with all there is, which may be what was told last.
        AtomicReference<WatchServiceResponse> told = new AtomicReference<>();
        Watch<WatchServiceResponse> watch = connection.watch(
                () -> connection.stream(connection.services(), stub -> stub.watchService(request)),
                update -> !update.equals(told.getAndSet(update)));
        return new MappedWatch<>(watch, WatchServiceResponse::getInstancesList);
    }
}
