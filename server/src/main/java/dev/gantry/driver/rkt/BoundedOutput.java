package dev.gantry.driver.rkt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Reads everything that a process prints, so that the process never waits for a reader. Keeps a bounded part of it.
 *
 * <p>The buffer belongs to the reading thread until this thread has ended. Other threads use it under this object's
 * lock.
 */
final class BoundedOutput {

    private static final int CHUNK = 8192;

    private final int limit;
    private final boolean last;
    private final Thread reader;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private boolean cut;

    private BoundedOutput(int limit, boolean last, InputStream stream) {
        this.limit = limit;
        this.last = last;
        reader = new Thread(() -> drain(stream), "rkt-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** Keeps the first bytes. */
    static BoundedOutput ofFirst(int limit, InputStream stream) {
        return new BoundedOutput(limit, false, stream);
    }

    /** Keeps at least the last bytes, and not much more. */
    static BoundedOutput ofLast(int limit, InputStream stream) {
        return new BoundedOutput(limit, true, stream);
    }

    /**
     * Waits for the end of the output.
     *
     * @param grace the longest wait, since an orphan of the ended process may hold the pipe open forever
     * @return the kept output, decoded as UTF-8
     */
    String await(Duration grace) throws InterruptedException {
        reader.join(grace.toMillis());
        synchronized (this) {
            return kept.toString(StandardCharsets.UTF_8);
        }
    }

    /** Decides whether output was dropped. */
    synchronized boolean isCut() {
        return cut;
    }

    private void drain(InputStream stream) {
        byte[] chunk = new byte[CHUNK];
        try (stream) {
            for (int read = stream.read(chunk); read >= 0; read = stream.read(chunk)) {
                keep(chunk, read);
            }
        } catch (IOException e) {
            // The process was killed while it printed: keep the output so far.
            return;
        }
    }

    private synchronized void keep(byte[] chunk, int length) {
        if (last && kept.size() > limit) {
            byte[] all = kept.toByteArray();
            kept.reset();
            kept.write(all, all.length - limit, limit);
        }
        int room = last ? length : Math.min(length, limit - kept.size());
        kept.write(chunk, 0, room);
        cut |= room < length;
    }
}
