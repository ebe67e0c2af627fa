package dev.gantry.client;

import dev.gantry.client.Pages.Page;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.GetAllocationRequest;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.ListAllocationsResponse;
import dev.gantry.v1.StopAllocationRequest;
import dev.gantry.v1.StopAllocationResponse;
import dev.gantry.v1.StreamLogsRequest;
import dev.gantry.v1.StreamLogsResponse;
import dev.gantry.v1.WatchAllocationRequest;
import dev.gantry.v1.WatchAllocationResponse;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Allocations: look, read logs, stop. Safe for use by many threads. Each method throws {@link GantryException}s.
 *
 * <p>An allocation is named by its id, or by the first characters of it, 4 at least, if no other's begins with them.
 */
public final class AllocationClient {

    private final Connection connection;

    AllocationClient(Connection connection) {
        this.connection = connection;
    }

    /**
     * One allocation.
     *
     * @param allocationId its id or the begin of it
     * @return the allocation
     * @throws NotFoundException if there is no such allocation
     */
    public Allocation get(String allocationId) {
        GetAllocationRequest request =
                GetAllocationRequest.newBuilder().setAllocationId(allocationId).build();
        return connection
                .call(connection.allocations(), stub -> stub.getAllocation(request))
                .getAllocation();
    }

    /**
     * Allocations, newest first, fetched as the stream is read.
     *
     * @param query which
     * @return the allocations
     */
    public Stream<Allocation> list(AllocationQuery query) {
        ListAllocationsRequest.Builder request = ListAllocationsRequest.newBuilder()
                .setJobId(query.jobId())
                .setNodeId(query.nodeId())
                .setClientStatus(query.status())
                .setView(query.view());
        return Pages.stream(token -> {
            ListAllocationsRequest page = request.setPageToken(token).build();
            ListAllocationsResponse answer =
                    connection.call(connection.allocations(), stub -> stub.listAllocations(page));
            return new Page<>(answer.getAllocationsList(), answer.getNextPageToken());
        });
    }

    /**
     * An allocation as it is, then each change of it.
     *
     * @param allocationId its id or the begin of it; reading throws {@link NotFoundException} if there is none
     * @return the watch; it ends once the allocation has
     */
    public Watch<Allocation> watch(String allocationId) {
        WatchAllocationRequest request = WatchAllocationRequest.newBuilder()
                .setAllocationId(allocationId)
                .build();
        AtomicLong told = new AtomicLong(-1);
        Watch<WatchAllocationResponse> watch = connection.watch(
                () -> connection.stream(connection.allocations(), stub -> stub.watchAllocation(request)), update -> {
                    long index = update.getAllocation().getModifyIndex();
                    return told.getAndAccumulate(index, Math::max) < index;
                });
        return new MappedWatch<>(watch, WatchAllocationResponse::getAllocation);
    }

    /**
     * The output of a task, read from its node as the stream is read. If the connection breaks after the first answer, it
     * goes on at the byte that it had come to.
     *
     * <p>Its methods throw no {@link java.io.IOException} but {@link GantryException}s: {@link NotFoundException} if there
     * is no such allocation or task, {@link UnavailableException} if its node is not connected. Closing it may be done by
     * another thread.
     *
     * @param allocationId the allocation's id or the begin of it
     * @param options which output, and how
     * @return the bytes as the task wrote them; to be closed
     */
    public InputStream logs(String allocationId, LogOptions options) {
        return new LogInputStream(logPieces(allocationId, options));
    }

    /**
     * The output of a task as {@link #logs}, in pieces that say where in the whole output they lie: a piece that begins
     * behind the end of the one before tells that what lay between was rotated away before it was read.
     *
     * @param allocationId the allocation's id or the begin of it
     * @param options which output, and how
     * @return the pieces, each with its offset; to be closed
     */
    public Watch<StreamLogsResponse> logPieces(String allocationId, LogOptions options) {
        StreamLogsRequest.Builder request = StreamLogsRequest.newBuilder()
                .setAllocationId(allocationId)
                .setTask(options.task())
                .setStream(options.stream())
                .setFollow(options.follow());
        options.tail().ifPresent(request::setTailLines);
        // Where a log begins that is told from its tail, only the first answer says.
        AtomicBoolean begun = new AtomicBoolean();
        return connection.watch(
                () -> {
                    StreamLogsRequest resumed = request.build();
                    return connection.stream(connection.allocations(), stub -> stub.streamLogs(resumed));
                },
                piece -> {
                    request.clearTailLines().setOffset(piece.getNextOffset());
                    begun.set(true);
                    return true;
                },
                begun::get);
    }

    /**
     * Stops one allocation; a job that still wants it gets another one in its place.
     *
     * @param allocationId its id or the begin of it
     * @return the evaluation that replaces it
     * @throws NotFoundException if there is no such allocation
     */
    public StopAllocationResponse stop(String allocationId) {
        StopAllocationRequest request =
                StopAllocationRequest.newBuilder().setAllocationId(allocationId).build();
        return connection.call(connection.allocations(), stub -> stub.stopAllocation(request));
    }
}
