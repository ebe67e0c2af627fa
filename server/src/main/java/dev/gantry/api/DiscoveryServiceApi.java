package dev.gantry.api;

import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_LIST;

import dev.gantry.access.Grants;
import dev.gantry.api.PageReader.Page;
import dev.gantry.api.PageToken.Field;
import dev.gantry.api.access.CallGrants;
import dev.gantry.cluster.service.ServiceCatalog;
import dev.gantry.cluster.watch.WatchHub;
import dev.gantry.cluster.watch.WatchHub.ServiceTopic;
import dev.gantry.v1.DiscoveryServiceGrpc.DiscoveryServiceImplBase;
import dev.gantry.v1.GetServiceRequest;
import dev.gantry.v1.GetServiceResponse;
import dev.gantry.v1.ListServicesRequest;
import dev.gantry.v1.ListServicesResponse;
import dev.gantry.v1.ServiceSummary;
import dev.gantry.v1.WatchServiceRequest;
import dev.gantry.v1.WatchServiceResponse;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/** {@code gantry.v1.DiscoveryService}. */
final class DiscoveryServiceApi extends DiscoveryServiceImplBase {

    private static final String LIST = "services";

    private final ServiceCatalog services;
    private final WatchHub watches;
    private final WatchMemoryLimit memoryLimit;
    private final SealedTokens tokens;
    private final Executor executor;

    DiscoveryServiceApi(
            ServiceCatalog services,
            WatchHub watches,
            WatchMemoryLimit memoryLimit,
            SealedTokens tokens,
            Executor executor) {
        this.services = services;
        this.watches = watches;
        this.memoryLimit = memoryLimit;
        this.tokens = tokens;
        this.executor = executor;
    }

    @Override
    public void listServices(ListServicesRequest request, StreamObserver<ListServicesResponse> observer) {
        Responses.answer(observer, () -> {
            int size = PageToken.size(request.getPageSize());
            String begin = PageToken.parse(tokens.open(request.getPageToken()), LIST, Field.TEXT)
                    .text(0);
            Predicate<String> jobs = listed();
            Page<ServiceSummary> page = PageReader.read(
                    size,
                    (last, limit) -> services.list(
                            last.map(ServiceSummary::getName).orElse(begin), request.getPrefix(), limit, jobs),
                    some -> some,
                    service -> service.getTotal() > 0);
            ListServicesResponse.Builder answer =
                    ListServicesResponse.newBuilder().addAllServices(page.items());
            page.last().ifPresent(last -> {
                String token = PageToken.of(LIST, last.getName());
                answer.setNextPageToken(last.getTotal() > 0 ? token : tokens.seal(token));
            });
            return answer.build();
        });
    }

    @Override
    public void getService(GetServiceRequest request, StreamObserver<GetServiceResponse> observer) {
        Responses.answer(
                observer,
                () -> GetServiceResponse.newBuilder()
                        .addAllInstances(services.healthy(named(request.getName()), request.getTagsList(), listed()))
                        .build());
    }

    @Override
    public void watchService(WatchServiceRequest request, StreamObserver<WatchServiceResponse> observer) {
        Responses.stream(observer, call -> {
            ServiceTopic topic = new ServiceTopic(named(request.getName()));
            ServiceWatch watch = new ServiceWatch(request, services, CallGrants.ofThisCall());
            WatchStream.begin(call, watches, topic, memoryLimit, executor, watch::next);
        });
    }

    /** Selects the jobs that the caller of this thread's call may list. */
    private static Predicate<String> listed() {
        Grants grants = CallGrants.ofThisCall().now();
        return jobId -> grants.allows(ACL_CAPABILITY_LIST, jobId);
    }

    private static String named(String name) {
        if (name.isEmpty()) {
            throw new InvalidRequestException("name", "is missing: name the service");
        }
        return name;
    }
}
