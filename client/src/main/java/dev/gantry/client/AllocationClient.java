package dev.gantry.client;

import dev.gantry.client.Pages.Page;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.FileInfo;
import dev.gantry.v1.GetAllocationRequest;
import dev.gantry.v1.GetFileRequest;
import dev.gantry.v1.ListAllocationsRequest;
import dev.gantry.v1.ListAllocationsResponse;
import dev.gantry.v1.ListFilesRequest;
import dev.gantry.v1.ListFilesResponse;
import dev.gantry.v1.ReadFileRequest;
import dev.gantry.v1.ReadFileResponse;
import dev.gantry.v1.RestartAllocationRequest;
import dev.gantry.v1.SignalAllocationRequest;
import dev.gantry.v1.StopAllocationRequest;
import dev.gantry.v1.StopAllocationResponse;
import dev.gantry.v1.StreamLogsRequest;
import dev.gantry.v1.StreamLogsResponse;
import dev.gantry.v1.WatchAllocationRequest;
import dev.gantry.v1.WatchAllocationResponse;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Reads and stops allocations and reads their logs. Thread-safe. Each method throws {@link GantryException}s.
 *
 * <p>Allocations are identified by their id or by a unique prefix of it of at least 4 characters.
 */
public final class AllocationClient {

    /** A page takes a question to the node. */
    private static final int FILES_PAGE = 1000;

    private final Connection connection;

    AllocationClient(Connection connection) {
        this.connection = connection;
    }

    /**
     * Returns an allocation.
     *
     * @param allocationId its id or a prefix of it
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
     * Lists allocations, newest first. Pages are fetched while the stream is read.
     *
     * @param query selects the allocations
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
     * Watches an allocation: returns its current state, then each change.
     *
     * @param allocationId its id or a prefix of it; reading throws {@link NotFoundException} if there is no such
     *     allocation
     * @return the watch; it ends when the allocation has ended
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
     * Reads the output of a task. It is fetched from the node while the stream is read. If the connection breaks after
     * the first response, the stream resumes at the next byte.
     *
     * <p>The stream's methods throw {@link GantryException}s instead of {@link java.io.IOException}s: {@link
     * NotFoundException} if there is no such allocation or task, {@link UnavailableException} if the node is not
     * connected. Any thread may close the stream.
     *
     * @param allocationId the allocation's id or a prefix of it
     * @param options selects the output
     * @return the bytes as the task wrote them; to be closed
     */
    public InputStream logs(String allocationId, LogOptions options) {
        return new PieceInputStream<>(logPieces(allocationId, options), StreamLogsResponse::getData);
    }

    /**
     * Reads the output of a task as {@link #logs}, in pieces with their offsets. A gap between two pieces means that
     * the output between them was rotated away before it was read.
     *
     * @param allocationId the allocation's id or a prefix of it
     * @param options selects the output
     * @return the pieces, each with its offset; to be closed
     */
    public Watch<StreamLogsResponse> logPieces(String allocationId, LogOptions options) {
        StreamLogsRequest.Builder request = StreamLogsRequest.newBuilder()
                .setAllocationId(allocationId)
                .setTask(options.task())
                .setStream(options.stream())
                .setFollow(options.follow());
        options.tail().ifPresent(request::setTailLines);
        options.offset().ifPresent(request::setOffset);
        // Only the first response tells the offset of a tail, so the stream can't be resumed before it.
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
     * Lists a directory of an allocation on its node, by the names of the files. Pages are fetched while the stream is
     * read.
     *
     * @param allocationId its id or a prefix of it of at least 4 characters
     * @param path the directory, from the allocation's directory on, such as {@code alloc/data}; {@code /}: that directory
     * @return the files
     * @throws NotFoundException if there is no such allocation or directory
     * @throws PreconditionFailedException if it is no directory, or holds secrets
     * @throws UnavailableException if the node is not connected
     */
    public Stream<FileInfo> files(String allocationId, String path) {
        ListFilesRequest.Builder request = ListFilesRequest.newBuilder()
                .setAllocationId(allocationId)
                .setPath(path)
                .setPageSize(FILES_PAGE);
        return Pages.stream(token -> {
            ListFilesRequest page = request.setPageToken(token).build();
            ListFilesResponse answer = connection.call(connection.allocations(), stub -> stub.listFiles(page));
            return new Page<>(answer.getFilesList(), answer.getNextPageToken());
        });
    }

    /**
     * Describes a file of an allocation on its node.
     *
     * @param allocationId its id or a prefix of it of at least 4 characters
     * @param path the file, as for {@link #files}
     * @return the file; a link itself, not what it names
     * @throws NotFoundException if there is no such allocation or file
     * @throws UnavailableException if the node is not connected
     */
    public FileInfo file(String allocationId, String path) {
        GetFileRequest request = GetFileRequest.newBuilder()
                .setAllocationId(allocationId)
                .setPath(path)
                .build();
        return connection
                .call(connection.allocations(), stub -> stub.getFile(request))
                .getFile();
    }

    /**
     * Reads a piece of a regular file of an allocation on its node.
     *
     * @param allocationId its id or a prefix of it of at least 4 characters
     * @param path the file, as for {@link #files}
     * @param offset the first byte, counted from 0
     * @param length how many bytes at most, up to 256 KiB; 0: 256 KiB
     * @return the bytes, none at the end of the file, and the size of the file
     * @throws NotFoundException if there is no such allocation or file
     * @throws PreconditionFailedException if it is no regular file, or a secret
     * @throws UnavailableException if the node is not connected
     */
    public ReadFileResponse readFile(String allocationId, String path, long offset, int length) {
        ReadFileRequest request = ReadFileRequest.newBuilder()
                .setAllocationId(allocationId)
                .setPath(path)
                .setOffset(offset)
                .setLength(length)
                .build();
        return connection.call(connection.allocations(), stub -> stub.readFile(request));
    }

    /**
     * Restarts tasks of an allocation on its node: they are stopped and started again at once. The restart policy does not
     * count it. Returns once the restart has begun.
     *
     * @param allocationId its id or a prefix of it of at least 4 characters
     * @param task the task; empty for all that run
     * @return the names of the tasks
     * @throws NotFoundException if there is no such allocation
     * @throws PreconditionFailedException if no such task runs
     * @throws UnavailableException if the node is not connected
     */
    public List<String> restart(String allocationId, String task) {
        RestartAllocationRequest request = RestartAllocationRequest.newBuilder()
                .setAllocationId(allocationId)
                .setTask(task)
                .build();
        return connection
                .call(connection.allocations(), stub -> stub.restartAllocation(request))
                .getTasksList();
    }

    /**
     * Sends a signal to tasks of an allocation.
     *
     * @param allocationId its id or a prefix of it of at least 4 characters
     * @param task the task; empty for all that run
     * @param signal the signal, such as SIGHUP
     * @return the names of the tasks that got it
     * @throws NotFoundException if there is no such allocation
     * @throws PreconditionFailedException if no such task runs, or the signal could not be sent
     * @throws UnavailableException if the node is not connected
     */
    public List<String> signal(String allocationId, String task, String signal) {
        SignalAllocationRequest request = SignalAllocationRequest.newBuilder()
                .setAllocationId(allocationId)
                .setTask(task)
                .setSignal(signal)
                .build();
        return connection
                .call(connection.allocations(), stub -> stub.signalAllocation(request))
                .getTasksList();
    }

    /**
     * Stops an allocation. A running job gets another allocation in its place.
     *
     * @param allocationId its id or a prefix of it
     * @return the evaluation that replaces it
     * @throws NotFoundException if there is no such allocation
     */
    public StopAllocationResponse stop(String allocationId) {
        StopAllocationRequest request =
                StopAllocationRequest.newBuilder().setAllocationId(allocationId).build();
        return connection.call(connection.allocations(), stub -> stub.stopAllocation(request));
    }
}
