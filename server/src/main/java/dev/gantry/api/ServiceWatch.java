package dev.gantry.api;

import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_LIST;

import dev.gantry.access.Grants;
import dev.gantry.api.WatchStream.News;
import dev.gantry.api.WatchStream.Progress;
import dev.gantry.api.access.CallGrants;
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
    private final CallGrants grants;

    /**
     * The instances that were sent last; null before the first message, which is sent even if there are no instances.
     */
    private List<ServiceInstance> told;

    ServiceWatch(WatchServiceRequest request, ServiceCatalog services, CallGrants grants) {
        this.request = request;
        this.services = services;
        this.grants = grants;
    }

    /** Returns the instances of the service if they have changed since the last message. */
    News<WatchServiceResponse> next() {
        Grants present = grants.now();
        List<ServiceInstance> now = services.healthy(
                request.getName(), request.getTagsList(), jobId -> present.allows(ACL_CAPABILITY_LIST, jobId));
        Optional<WatchServiceResponse> message = now.equals(told)
                ? Optional.empty()
                : Optional.of(
                        WatchServiceResponse.newBuilder().addAllInstances(now).build());
        return new News<>(message, Progress.UP_TO_DATE, () -> told = now);
    }
}
