package dev.gantry.api;

import dev.gantry.api.WatchStream.Progress;
import dev.gantry.cluster.ServiceCatalog;
import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.WatchServiceRequest;
import dev.gantry.v1.WatchServiceResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;

/** One client's watch of a service. Owned by the turns of its {@link WatchStream}. */
final class ServiceWatch {

    private final WatchServiceRequest request;
    private final ServiceCatalog services;
    private final StreamObserver<WatchServiceResponse> observer;

    /** What was told last; null before the first message, which is sent even if there is nothing to tell. */
    private List<ServiceInstance> told;

    ServiceWatch(WatchServiceRequest request, ServiceCatalog services, StreamObserver<WatchServiceResponse> observer) {
        this.request = request;
        this.services = services;
        this.observer = observer;
    }

    /** Sends where the service is, if that has changed. */
    Progress tell() {
        List<ServiceInstance> now = services.healthy(request.getName(), request.getTagsList());
        if (!now.equals(told)) {
            observer.onNext(
                    WatchServiceResponse.newBuilder().addAllInstances(now).build());
            told = now;
        }
        return Progress.UP_TO_DATE;
    }
}
