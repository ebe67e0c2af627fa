package dev.gantry.api;

import com.google.protobuf.ByteString;
import dev.gantry.cluster.SerialTask;
import dev.gantry.model.ProtoTimes;
import dev.gantry.snapshot.SnapshotWriter;
import dev.gantry.store.StoreSnapshot;
import dev.gantry.v1.SaveSnapshotResponse;
import dev.gantry.v1.SnapshotHeader;
import dev.gantry.v1.SnapshotRows;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends snapshots of the database, one at a time: each keeps a connection, and rows that were replaced meanwhile. A caller who
 * does not read for a minute is cut off.
 */
public final class Snapshots {

    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** The bytes of a message, at most: gRPC's clients accept 4 MiB. */
    private static final int MESSAGE_BYTES = 1 << 20;

    private final Supplier<StoreSnapshot> store;
    private final Executor executor;
    private final InstantSource clock;
    private final InstantSource steady;
    private final String version;
    private final AtomicReference<Sending> open = new AtomicReference<>();

    /**
     * Makes it.
     *
     * @param store begins a snapshot; blocks on the database
     * @param executor runs the turns of streams; they may block on the database
     * @param clock tells the times of snapshots
     * @param steady tells how long a caller has not read; not set by anybody
     * @param version the version of this program
     */
    public Snapshots(
            Supplier<StoreSnapshot> store,
            Executor executor,
            InstantSource clock,
            InstantSource steady,
            String version) {
        this.store = store;
        this.executor = executor;
        this.clock = clock;
        this.steady = steady;
        this.version = version;
    }

    /** Sends a snapshot. Call it before the service method returns. */
    void send(ServerCallStreamObserver<SaveSnapshotResponse> observer) {
        Sending sending = new Sending(observer);
        if (!open.compareAndSet(null, sending)) {
            observer.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription("Another snapshot is being saved; try again when it has ended")
                    .asRuntimeException());
            return;
        }
        observer.setOnReadyHandler(sending.turn::call);
        Runnable afterwards = () -> {
            sending.isClosed = true;
            sending.turn.call();
        };
        observer.setOnCancelHandler(afterwards);
        observer.setOnCloseHandler(afterwards);
        sending.turn.call();
    }

    /** Cuts off a caller who does not read. Called regularly. */
    public void check() {
        Sending sending = open.get();
        if (sending != null && steady.instant().isAfter(sending.sentAt.plus(PATIENCE))) {
            sending.end.run();
        }
    }

    /** One snapshot on its way. Its state is owned by its turns. */
    private final class Sending {

        private final ServerCallStreamObserver<SaveSnapshotResponse> observer;
        private final Runnable end = SlowReaders.endOfThisCall();
        private final SerialTask turn = new SerialTask(executor, this::takeTurn);
        private final ByteString.Output bytes = ByteString.newOutput();
        private Optional<StoreSnapshot> snapshot = Optional.empty();
        private SnapshotWriter writer;
        private ByteString unsent = ByteString.EMPTY;
        private boolean isWritten;
        private boolean isEnded;

        /** When something was last sent. Written by the turns. */
        private volatile Instant sentAt = steady.instant();

        /** True once the call is over. Set by gRPC. */
        private volatile boolean isClosed;

        Sending(ServerCallStreamObserver<SaveSnapshotResponse> observer) {
            this.observer = observer;
        }

        private void takeTurn() {
            if (isEnded) {
                return;
            }
            if (isClosed) {
                release();
                return;
            }
            try {
                if (observer.isReady()) {
                    sendPiece();
                    // Other streams have their turns between.
                    turn.call();
                }
            } catch (IOException | RuntimeException e) {
                release();
                observer.onError(StatusMapping.toStatus(e));
            }
        }

        private void sendPiece() throws IOException {
            while (unsent.size() < MESSAGE_BYTES / 16 && !isWritten) {
                write();
                unsent = unsent.concat(bytes.toByteString());
                bytes.reset();
            }
            ByteString next = unsent.substring(0, Math.min(MESSAGE_BYTES, unsent.size()));
            unsent = unsent.substring(next.size());
            sentAt = steady.instant();
            observer.onNext(SaveSnapshotResponse.newBuilder().setData(next).build());
            if (isWritten && unsent.isEmpty()) {
                release();
                observer.onCompleted();
            }
        }

        private void write() throws IOException {
            if (snapshot.isEmpty()) {
                snapshot = Optional.of(store.get());
                writer = new SnapshotWriter(bytes, header(snapshot.get()));
                return;
            }
            Optional<SnapshotRows> rows = snapshot.get().next();
            if (rows.isPresent()) {
                writer.write(rows.get());
            } else {
                writer.end();
                isWritten = true;
            }
        }

        private SnapshotHeader header(StoreSnapshot of) {
            return of.header().toBuilder()
                    .setCreateTime(ProtoTimes.toTimestamp(clock.instant()))
                    .setServerVersion(version)
                    .build();
        }

        private void release() {
            isEnded = true;
            open.compareAndSet(this, null);
            try {
                snapshot.ifPresent(StoreSnapshot::close);
            } catch (RuntimeException e) {
                // Nobody waits for it.
                LOG.warn("The transaction of a snapshot did not end", e);
            }
        }
    }
}
