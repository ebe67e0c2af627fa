package dev.gantry.api;

import dev.gantry.api.WatchStream.News;
import dev.gantry.api.WatchStream.Progress;
import dev.gantry.cluster.service.ServiceCatalog;
import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.WatchServiceRequest;
import dev.gantry.v1.WatchServiceResponse;
import java.util.List;
import java.util.Optional;

/** One client's watch of a service. Owned by the turns of its {@link WatchStream}. */
final class ServiceWatch {

    private final WatchServiceRequest request;
    private final ServiceCatalog services;

    /**
     * The instances that were sent last; null before the first message, which is sent even if there are no instances.
     */
    private List<ServiceInstance> told;

    ServiceWatch(WatchServiceRequest request, ServiceCatalog services) {
        this.request = request;
        this.services = services;
    }

    /** Returns the instances of the service if they have changed since the last message. */
    News<WatchServiceResponse> next() {
        List<ServiceInstance> now = services.healthy(request.getName(), request.getTagsList());
        Optional<WatchServiceResponse> message = now.equals(told)
                ? Optional.empty()
                : Optional.of(
                        WatchServiceResponse.newBuilder().addAllInstances(now).build());
        return new News<>(message, Progress.UP_TO_DATE, () -> told = now);
    }
}
