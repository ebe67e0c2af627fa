package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.AllocationServiceGrpc.AllocationServiceImplBase;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.StreamLogsRequest;
import dev.gantry.v1.StreamLogsResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests streams of logs over real connections, with clients that do not read, and a node with a log of 1 MiB. */
@Timeout(60)
class LogForwarderTest {

    private static final int CHUNK = 64 * 1024;
    private static final int LOG = 16 * CHUNK;

    /** Room for two chunks, with what is around them in a message. */
    private static final int ROOM = 2 * CHUNK + 1024;

    private final WatchMemoryLimit room = new WatchMemoryLimit(ROOM, Duration.ofMinutes(1), Duration.ofMillis(300));
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private LoopbackServer server;

    /** The connection of the client that reads: unread bytes fill up the other one. */
    private ManagedChannel connection;

    @BeforeEach
    void start() throws IOException {
        server = LoopbackServer.start(
                builder -> builder.addStreamTracerFactory(SlowReaders.tracers()).addService(new Logs()));
        connection = NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() {
        connection.shutdownNow();
        server.close();
        threads.shutdownNow();
    }

    @Test
    void clients_that_do_not_read_take_no_more_memory_than_the_limit_and_lose_it_to_one_that_reads() {
        List<Reader> still = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            still.add(new Reader(server.channel(), 0));
        }
        await().until(() -> room.taken() > CHUNK);
        await().during(Duration.ofMillis(100)).until(() -> room.taken() <= ROOM);

        Reader reading = new Reader(connection, Integer.MAX_VALUE);

        assertThat(reading.end.join().getCode()).isEqualTo(Status.Code.OK);
        assertThat(reading.bytes()).isEqualTo(text(0, LOG));
        still.forEach(reader -> reader.call.request(Integer.MAX_VALUE));
        assertThat(still).extracting(reader -> reader.end.join().getCode()).contains(Status.Code.CANCELLED);
        await().until(() -> room.taken() == 0);
    }

    /** A log in which each place differs from its neighbors. */
    private static ByteString text(int begin, int end) {
        ByteString.Output text = ByteString.newOutput(end - begin);
        for (int i = begin; i < end; i++) {
            text.write(i / 251 + i);
        }
        return text.toByteString();
    }

    private static CompletableFuture<LogChunk> read(ReadLog question) {
        int begin = (int) question.getOffset();
        int end = Math.min(LOG, begin + CHUNK);
        return CompletableFuture.completedFuture(LogChunk.newBuilder()
                .setOffset(begin)
                .setData(text(begin, end))
                .setNextOffset(end)
                .setEnd(end == LOG)
                .build());
    }

    private final class Logs extends AllocationServiceImplBase {

        @Override
        public void streamLogs(StreamLogsRequest request, StreamObserver<StreamLogsResponse> observer) {
            LogForwarder.begin(
                    LogForwarderTest::read,
                    ReadLog.getDefaultInstance(),
                    false,
                    (ServerCallStreamObserver<StreamLogsResponse>) observer,
                    room,
                    threads);
        }
    }

    /** A client that reads some messages. */
    private static final class Reader extends ClientCall.Listener<StreamLogsResponse> {

        private final CompletableFuture<Status> end = new CompletableFuture<Status>().orTimeout(40, TimeUnit.SECONDS);
        private final ClientCall<StreamLogsRequest, StreamLogsResponse> call;
        private ByteString bytes = ByteString.EMPTY;

        Reader(Channel channel, int messages) {
            call = channel.newCall(AllocationServiceGrpc.getStreamLogsMethod(), CallOptions.DEFAULT);
            call.start(this, new Metadata());
            if (messages > 0) {
                call.request(messages);
            }
            call.sendMessage(StreamLogsRequest.getDefaultInstance());
            call.halfClose();
        }

        synchronized ByteString bytes() {
            return bytes;
        }

        @Override
        public synchronized void onMessage(StreamLogsResponse message) {
            bytes = bytes.concat(message.getData());
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end.complete(status);
        }
    }
}
