package dev.gantry.api;

import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_LIST;
import static dev.gantry.v1.AclCapability.ACL_CAPABILITY_READ;

import dev.gantry.access.Grants;
import dev.gantry.api.PageReader.Page;
import dev.gantry.api.PageToken.Field;
import dev.gantry.api.access.CallGrants;
import dev.gantry.cluster.job.JobRegistry;
import dev.gantry.cluster.node.NodeSessions;
import dev.gantry.cluster.watch.WatchHub;
import dev.gantry.cluster.watch.WatchHub.AllocationTopic;
import dev.gantry.model.Signals;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.store.AllocationFilter;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationServiceGrpc.AllocationServiceImplBase;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.GetAllocationRequest;
import dev.gantry.v1.GetAllocationResponse;
import dev.gantry.v1.GetFileRequest;
import dev.gantry.v1.GetFileResponse;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.ListAllocationsResponse;
import dev.gantry.v1.ListFilesRequest;
import dev.gantry.v1.ListFilesResponse;
import dev.gantry.v1.ReadFileRequest;
import dev.gantry.v1.ReadFileResponse;
import dev.gantry.v1.RestartAllocationRequest;
import dev.gantry.v1.RestartAllocationResponse;
import dev.gantry.v1.SignalAllocationRequest;
import dev.gantry.v1.SignalAllocationResponse;
import dev.gantry.v1.StopAllocationRequest;
import dev.gantry.v1.StopAllocationResponse;
import dev.gantry.v1.StreamLogsRequest;
import dev.gantry.v1.StreamLogsResponse;
import dev.gantry.v1.TaskAction;
import dev.gantry.v1.WatchAllocationRequest;
import dev.gantry.v1.WatchAllocationResponse;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** {@code gantry.v1.AllocationService}. */
final class AllocationServiceApi extends AllocationServiceImplBase {

    private static final String LIST = "allocations";

    private final StoreReader reader;
    private final IdLookup<Allocation> lookup;
    private final AllocationMisfits records;
    private final JobRegistry registry;
    private final NodeSessions sessions;
    private final WatchHub watches;
    private final WatchMemoryLimit memoryLimit;
    private final Executor executor;

    AllocationServiceApi(
            StoreReader reader,
            Scheduler scheduler,
            JobRegistry registry,
            NodeSessions sessions,
            WatchHub watches,
            WatchMemoryLimit memoryLimit,
            Executor executor) {
        this.reader = reader;
        this.lookup = IdLookup.ofAllocations(reader);
        this.records = new AllocationMisfits(reader, scheduler);
        this.registry = registry;
        this.sessions = sessions;
        this.watches = watches;
        this.memoryLimit = memoryLimit;
        this.executor = executor;
    }

    @Override
    public void getAllocation(GetAllocationRequest request, StreamObserver<GetAllocationResponse> observer) {
        Responses.answer(
                observer,
                () -> GetAllocationResponse.newBuilder()
                        .setAllocation(records.withMisfit(lookup.find(request.getAllocationId())))
                        .build());
    }

    @Override
    public void listAllocations(ListAllocationsRequest request, StreamObserver<ListAllocationsResponse> observer) {
        Responses.answer(observer, () -> {
            int size = PageToken.size(request.getPageSize());
            String begin =
                    PageToken.parse(request.getPageToken(), LIST, Field.ID).text(0);
            boolean full = Views.isFull(request.getView());
            Views.refuseUnknown("desired_status", request.getDesiredStatus());
            AllocationFilter filter = filter(request);
            Grants grants = CallGrants.ofThisCall().now();
            Page<Allocation> page = PageReader.read(
                    size,
                    (last, limit) -> reader.allocations()
                            .page(filter, last.map(Allocation::getId).orElse(begin), limit),
                    some -> viewed(some, full, grants),
                    allocation ->
                            isWanted(request, allocation) && grants.allows(ACL_CAPABILITY_LIST, allocation.getJobId()));
            ListAllocationsResponse.Builder answer =
                    ListAllocationsResponse.newBuilder().addAllAllocations(page.items());
            page.last().ifPresent(last -> answer.setNextPageToken(PageToken.of(LIST, last.getId())));
            return answer.build();
        });
    }

    /** Shows whole allocations only of jobs that the caller may read. */
    private List<Allocation> viewed(List<Allocation> allocations, boolean full, Grants grants) {
        return records.withMisfits(allocations).stream()
                .map(allocation -> full && grants.allows(ACL_CAPABILITY_READ, allocation.getJobId())
                        ? allocation
                        : Views.basic(allocation))
                .toList();
    }

    private static boolean isWanted(ListAllocationsRequest request, Allocation allocation) {
        return (request.getTaskGroup().isEmpty() || allocation.getTaskGroup().equals(request.getTaskGroup()))
                && (request.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_UNSPECIFIED
                        || allocation.getDesiredStatus() == request.getDesiredStatus());
    }

    @Override
    public void watchAllocation(WatchAllocationRequest request, StreamObserver<WatchAllocationResponse> observer) {
        Responses.stream(observer, call -> {
            String id = lookup.find(request.getAllocationId()).getId();
            AllocationWatch watch = new AllocationWatch(id, reader);
            WatchStream.begin(call, watches, new AllocationTopic(id), memoryLimit, executor, watch::next);
        });
    }

    @Override
    public void streamLogs(StreamLogsRequest request, StreamObserver<StreamLogsResponse> observer) {
        Responses.stream(observer, call -> {
            Allocation allocation = lookup.find(request.getAllocationId());
            LogRequests question = new LogRequests(reader);
            LogForwarder.begin(
                    piece -> sessions.readLog(allocation.getNodeId(), piece),
                    question.first(allocation, request),
                    request.getFollow(),
                    call,
                    memoryLimit,
                    executor);
        });
    }

    @Override
    public void listFiles(ListFilesRequest request, StreamObserver<ListFilesResponse> observer) {
        Responses.answerLater(
                observer,
                () -> askForFile(request.getAllocationId(), FileRequests.question(request)),
                answer -> ListFilesResponse.newBuilder()
                        .addAllFiles(answer.getFilesList())
                        .setNextPageToken(FileRequests.nextPage(answer))
                        .build());
    }

    @Override
    public void getFile(GetFileRequest request, StreamObserver<GetFileResponse> observer) {
        Responses.answerLater(
                observer,
                () -> askForFile(request.getAllocationId(), FileRequests.question(request)),
                answer -> GetFileResponse.newBuilder().setFile(answer.getFile()).build());
    }

    @Override
    public void readFile(ReadFileRequest request, StreamObserver<ReadFileResponse> observer) {
        Responses.answerLater(
                observer,
                () -> askForFile(request.getAllocationId(), FileRequests.question(request)),
                answer -> ReadFileResponse.newBuilder()
                        .setData(answer.getData())
                        .setSize(answer.getFile().getSize())
                        .build());
    }

    private CompletableFuture<FileAnswer> askForFile(String allocationId, FileQuestion.Builder question) {
        Allocation allocation = lookup.find(allocationId);
        return sessions.askForFile(
                allocation.getNodeId(),
                question.setAllocationId(allocation.getId()).build());
    }

    @Override
    public void restartAllocation(
            RestartAllocationRequest request, StreamObserver<RestartAllocationResponse> observer) {
        Responses.answerLater(
                observer,
                () -> act(request.getAllocationId(), request.getTask(), ""),
                tasks -> RestartAllocationResponse.newBuilder()
                        .addAllTasks(tasks)
                        .build());
    }

    @Override
    public void signalAllocation(SignalAllocationRequest request, StreamObserver<SignalAllocationResponse> observer) {
        Responses.answerLater(
                observer,
                () -> {
                    Signals.fault(request.getSignal()).ifPresent(fault -> {
                        throw new InvalidRequestException("signal", fault);
                    });
                    return act(request.getAllocationId(), request.getTask(), request.getSignal());
                },
                tasks ->
                        SignalAllocationResponse.newBuilder().addAllTasks(tasks).build());
    }

    private CompletableFuture<List<String>> act(String allocationId, String task, String signal) {
        Allocation allocation = lookup.find(allocationId);
        return sessions.act(
                allocation.getNodeId(),
                TaskAction.newBuilder()
                        .setAllocationId(allocation.getId())
                        .setTask(task)
                        .setSignal(signal)
                        .build());
    }

    @Override
    public void stopAllocation(StopAllocationRequest request, StreamObserver<StopAllocationResponse> observer) {
        Responses.answerLater(
                observer,
                () -> registry.stopAllocation(
                        lookup.find(request.getAllocationId()).getId()),
                evaluation -> StopAllocationResponse.newBuilder()
                        .setEvaluationId(evaluation.getId())
                        .build());
    }

    private static AllocationFilter filter(ListAllocationsRequest request) {
        Views.refuseUnknown("client_status", request.getClientStatus());
        return new AllocationFilter(
                Optional.of(request.getJobId()).filter(id -> !id.isEmpty()),
                Optional.of(request.getNodeId()).filter(id -> !id.isEmpty()),
                Optional.of(request.getClientStatus())
                        .filter(status -> status != ClientStatus.CLIENT_STATUS_UNSPECIFIED));
    }
}
