package dev.gantry.api;

import dev.gantry.api.PageToken.Field;
import dev.gantry.cluster.JobRegistry;
import dev.gantry.cluster.NodeSessions;
import dev.gantry.cluster.WatchHub;
import dev.gantry.cluster.WatchHub.AllocationTopic;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.store.AllocationFilter;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationServiceGrpc.AllocationServiceImplBase;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.GetAllocationRequest;
import dev.gantry.v1.GetAllocationResponse;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.ListAllocationsResponse;
import dev.gantry.v1.StopAllocationRequest;
import dev.gantry.v1.StopAllocationResponse;
import dev.gantry.v1.StreamLogsRequest;
import dev.gantry.v1.StreamLogsResponse;
import dev.gantry.v1.WatchAllocationRequest;
import dev.gantry.v1.WatchAllocationResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/** {@code gantry.v1.AllocationService}. */
final class AllocationServiceApi extends AllocationServiceImplBase {

    private static final String LIST = "allocations";

    private final StoreReader reader;
    private final IdLookup<Allocation> lookup;
    private final AllocationRecords records;
    private final JobRegistry registry;
    private final NodeSessions sessions;
    private final WatchHub watches;
    private final Executor executor;

    AllocationServiceApi(
            StoreReader reader,
            Scheduler scheduler,
            JobRegistry registry,
            NodeSessions sessions,
            WatchHub watches,
            Executor executor) {
        this.reader = reader;
        this.lookup = IdLookup.ofAllocations(reader);
        this.records = new AllocationRecords(reader, scheduler);
        this.registry = registry;
        this.sessions = sessions;
        this.watches = watches;
        this.executor = executor;
    }

    @Override
    public void getAllocation(GetAllocationRequest request, StreamObserver<GetAllocationResponse> observer) {
        Answers.answer(
                observer,
                () -> GetAllocationResponse.newBuilder()
                        .setAllocation(records.withMisfit(lookup.find(request.getAllocationId())))
                        .build());
    }

    @Override
    public void listAllocations(ListAllocationsRequest request, StreamObserver<ListAllocationsResponse> observer) {
        Answers.answer(observer, () -> {
            int size = PageToken.size(request.getPageSize());
            PageToken token = PageToken.parse(request.getPageToken(), LIST, Field.ID);
            List<Allocation> page = reader.allocations().page(filter(request), token.text(0), size);
            ListAllocationsResponse.Builder answer =
                    ListAllocationsResponse.newBuilder().addAllAllocations(records.withMisfits(page));
            if (page.size() == size) {
                answer.setNextPageToken(PageToken.of(LIST, page.get(size - 1).getId()));
            }
            return answer.build();
        });
    }

    @Override
    public void watchAllocation(WatchAllocationRequest request, StreamObserver<WatchAllocationResponse> observer) {
        Answers.stream(observer, call -> {
            String id = lookup.find(request.getAllocationId()).getId();
            AllocationWatch watch = new AllocationWatch(id, reader, call);
            WatchStream.begin(call, watches, new AllocationTopic(id), executor, watch::tell);
        });
    }

    @Override
    public void streamLogs(StreamLogsRequest request, StreamObserver<StreamLogsResponse> observer) {
        Answers.stream(observer, call -> {
            Allocation allocation = lookup.find(request.getAllocationId());
            LogQuestion question = new LogQuestion(reader);
            LogPump.begin(
                    sessions,
                    allocation.getNodeId(),
                    question.first(allocation, request),
                    request.getFollow(),
                    call,
                    executor);
        });
    }

    @Override
    public void stopAllocation(StopAllocationRequest request, StreamObserver<StopAllocationResponse> observer) {
        Answers.answerLater(
                observer,
                () -> registry.stopAllocation(
                        lookup.find(request.getAllocationId()).getId()),
                evaluation -> StopAllocationResponse.newBuilder()
                        .setEvaluationId(evaluation.getId())
                        .build());
    }

    private static AllocationFilter filter(ListAllocationsRequest request) {
        if (request.getClientStatus() == ClientStatus.UNRECOGNIZED) {
            throw new InvalidRequestException(
                    "client_status", "%d is no client status".formatted(request.getClientStatusValue()));
        }
        return new AllocationFilter(
                Optional.of(request.getJobId()).filter(id -> !id.isEmpty()),
                Optional.of(request.getNodeId()).filter(id -> !id.isEmpty()),
                Optional.of(request.getClientStatus())
                        .filter(status -> status != ClientStatus.CLIENT_STATUS_UNSPECIFIED));
    }
}
