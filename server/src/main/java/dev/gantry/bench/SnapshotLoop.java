package dev.gantry.bench;

import dev.gantry.client.GantryClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Saves snapshots one after the other, and throws their bytes away. One thread owns its figures until it has ended. */
final class SnapshotLoop implements AutoCloseable {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MIB = 1 << 20;

    private final GantryClient client;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private volatile boolean isEnding;
    private Future<?> end;
    private long saved;
    private long bytes;
    private long nanos;

    private SnapshotLoop(GantryClient client) {
        this.client = client;
    }

    static SnapshotLoop start(GantryClient client) {
        SnapshotLoop loop = new SnapshotLoop(client);
        loop.end = loop.thread.submit(loop::run);
        return loop;
    }

    private void run() {
        while (!isEnding) {
            long started = System.nanoTime();
            try (InputStream snapshot = client.snapshot()) {
                bytes = snapshot.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                throw new IllegalStateException("The stream of a client throws no IOException", e);
            }
            nanos += System.nanoTime() - started;
            saved++;
        }
    }

    /** Waits for the end of the snapshot that is being saved, and adds the figures to a report. */
    Report report(Report to) throws InterruptedException, ExecutionException {
        isEnding = true;
        end.get();
        return to.put("snapshots", saved)
                .put("last_snapshot_mib", bytes / MIB)
                .put("seconds_per_snapshot", nanos / NANOS_PER_SECOND / saved);
    }

    @Override
    public void close() {
        isEnding = true;
        thread.shutdownNow();
    }
}
