package dev.gantry.node.artifact;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The node's directory of downloads: whole ones that are kept for later tasks, and parts of those that broke off. If they
 * become too large or too many together, those that were not used for the longest time are deleted. Only the node's user can
 * enter the directory. Thread-safe: the monitor guards which downloads are in use.
 */
final class DownloadStore {

    /** Parts may be small: servers decide where downloads break off, and jobs how many there are. */
    private static final int MOST_FILES = 4096;

    private static final String PART = ".part";
    private static final String VERSION = ".version";

    private final Path root;
    private final long mostBytes;
    private final InstantSource clock;
    private final Set<String> inUse = new HashSet<>();

    /**
     * Uses a directory.
     *
     * @param root the directory; it exists
     * @param mostBytes the most bytes of its files
     * @param clock gives the times of uses
     */
    DownloadStore(Path root, long mostBytes, InstantSource clock) {
        this.root = root;
        this.mostBytes = mostBytes;
        this.clock = clock;
    }

    /**
     * Opens a download, which is not deleted while it is open. One thread at a time may open it: {@link FetchTurns} sees to
     * that.
     *
     * @param key tells downloads apart: hexadecimal digits
     */
    synchronized Slot open(String key) {
        if (!inUse.add(key)) {
            throw new IllegalStateException("Two threads have turns for the download " + key);
        }
        return new Slot(key);
    }

    private synchronized void release(String key) {
        inUse.remove(key);
    }

    /**
     * Deletes what is too much.
     *
     * @throws IOException if that fails
     */
    synchronized void collect() throws IOException {
        List<Download> downloads = new ArrayList<>();
        long bytes = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(root)) {
            for (Path file : files) {
                try {
                    Download download = new Download(file, Files.size(file), Files.getLastModifiedTime(file));
                    downloads.add(download);
                    bytes += download.bytes();
                } catch (NoSuchFileException e) {
                    // Its user has finished it.
                }
            }
        }
        downloads.sort(Comparator.comparing(Download::used));
        int count = downloads.size();
        for (Download download : downloads) {
            if (bytes <= mostBytes && count <= MOST_FILES) {
                return;
            }
            if (!inUse.contains(download.key())) {
                Files.deleteIfExists(download.file());
                bytes -= download.bytes();
                count--;
            }
        }
    }

    private record Download(Path file, long bytes, FileTime used) {

        String key() {
            return file.getFileName().toString().replaceFirst("\\..*", "");
        }
    }

    /** A download that one thread uses. */
    final class Slot implements AutoCloseable {

        private final String key;
        private boolean kept;

        private Slot(String key) {
            this.key = key;
        }

        /** Returns the whole file; it may be missing. */
        Path file() {
            return root.resolve(key);
        }

        /** Returns the file that is being downloaded; it may be missing. */
        Path part() {
            return root.resolve(key + PART);
        }

        /** Returns how many bytes of a version are there already; 0 if it is not known which version. */
        long partBytes() throws IOException {
            return Files.exists(part()) && version().isPresent() ? Files.size(part()) : 0;
        }

        /** Returns what identifies the version of the part: an entity tag or a time. */
        Optional<String> version() throws IOException {
            Path file = root.resolve(key + VERSION);
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        }

        /** Begins another version. */
        void begin(Optional<String> version) throws IOException {
            forget();
            if (version.isPresent()) {
                Files.writeString(root.resolve(key + VERSION), version.get());
            }
        }

        /** Makes the part the whole file. */
        void finish() throws IOException {
            Files.move(part(), file(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            Files.deleteIfExists(root.resolve(key + VERSION));
        }

        /** Deletes all of it. */
        void forget() throws IOException {
            Files.deleteIfExists(file());
            Files.deleteIfExists(part());
            Files.deleteIfExists(root.resolve(key + VERSION));
        }

        /** Keeps the file for later tasks, and marks it as used now. */
        void keep() throws IOException {
            kept = true;
            Files.setLastModifiedTime(file(), FileTime.from(clock.instant()));
        }

        /** Deletes a whole file that is not kept. Keeps a part that a later download can begin with. */
        @Override
        public void close() throws IOException {
            try {
                if (!kept) {
                    Files.deleteIfExists(file());
                }
                if (partBytes() == 0) {
                    Files.deleteIfExists(part());
                    Files.deleteIfExists(root.resolve(key + VERSION));
                }
            } finally {
                release(key);
            }
        }
    }
}
