package dev.gantry.rkt.http;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Shows the progress of a download on a terminal, as rkt does: one line that is overwritten. Used by the downloading
 * thread only.
 */
public final class Progress {

    private static final long REFRESH_NANOS = 200_000_000;
    private static final int BAR_WIDTH = 40;
    private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB"};

    private final Optional<PrintStream> terminal;

    private Progress(Optional<PrintStream> terminal) {
        this.terminal = terminal;
    }

    /**
     * Progress on a stream.
     *
     * @param stream a terminal
     * @return shows it there
     */
    public static Progress on(PrintStream stream) {
        return new Progress(Optional.of(stream));
    }

    /**
     * Returns progress that shows nothing.
     *
     * @return shows nothing
     */
    public static Progress hidden() {
        return new Progress(Optional.empty());
    }

    /**
     * Progress on standard error, if that is a terminal.
     *
     * @param standardError this process's standard error
     * @return shows it there, or nothing
     */
    public static Progress onTerminal(PrintStream standardError) {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return device.matches("/dev/(pts/\\d+|tty\\w*|console)") ? on(standardError) : hidden();
        } catch (IOException e) {
            return hidden();
        }
    }

    /**
     * Begins to show a download.
     *
     * @param label the name of the download, for the user
     * @param total its size in bytes; negative if that is not known
     * @return the display, which the caller updates
     */
    public Line begin(String label, long total) {
        return new Line(label, total);
    }

    /** One download. */
    public final class Line implements AutoCloseable {

        private final String label;
        private final long total;
        private long done;
        private long shownAt;
        private boolean isShown;

        private Line(String label, long total) {
            this.label = label;
            this.total = total;
        }

        /**
         * Updates the number of received bytes.
         *
         * @param bytes the bytes received so far
         */
        public void reached(long bytes) {
            done = bytes;
            if (terminal.isPresent() && (!isShown || System.nanoTime() - shownAt > REFRESH_NANOS)) {
                show("\r");
                shownAt = System.nanoTime();
                isShown = true;
            }
        }

        /** Ends the line. */
        @Override
        public void close() {
            if (isShown) {
                show("\r");
                terminal.ifPresent(PrintStream::println);
            }
        }

        private void show(String start) {
            terminal.ifPresent(stream -> {
                stream.print(start + text(label, done, total));
                stream.flush();
            });
        }
    }

    /** Formats the line; the bar needs a known size. */
    static String text(String label, long done, long total) {
        if (total <= 0) {
            return "%s: %s".formatted(label, size(done));
        }
        int filled = (int) Math.min(BAR_WIDTH, done * BAR_WIDTH / total);
        return "%s: [%s%s] %s/%s"
                .formatted(label, "=".repeat(filled), " ".repeat(BAR_WIDTH - filled), size(done), size(total));
    }

    private static String size(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1000 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        boolean isWhole = unit == 0 || value >= 10 || value == Math.rint(value);
        return String.format(Locale.ROOT, isWhole ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }
}
