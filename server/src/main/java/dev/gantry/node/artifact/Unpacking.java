package dev.gantry.node.artifact;

import dev.gantry.files.IoFailures;
import dev.gantry.model.ArtifactSource.Archive;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * Unpacks an archive that a stranger has made into an empty directory that nobody else writes to. Nothing is written
 * outside: paths with {@code ..} and absolute paths are refused, and so are paths through links of the archive. {@link
 * StagedTree} then checks what the links lead to. Devices and pipes are refused; users, times and the bits for users and
 * groups are left out.
 */
final class Unpacking {

    private static final int BUFFER_BYTES = 1 << 16;

    /** The memory that the decoder of xz may allocate; the largest preset of xz needs 65 MiB. */
    private static final int XZ_MEMORY_KIB = 128 << 10;

    /** The library keeps headers of a tar entry, and the directory of a zip file, in memory. */
    private static final long MOST_HEADER_BYTES = 1L << 20;

    private static final long MOST_DIRECTORY_BYTES = 16L << 20;

    private static final int MAX_LINK_BYTES = 4095;
    private static final int ANY_EXECUTE = 0111;

    private final Path root;
    private final ArtifactSettings settings;
    private final Deadline deadline;
    private long bytes;
    private int entries;

    /**
     * Makes it.
     *
     * @param root an empty directory
     * @param settings the limits
     * @param deadline the end of the time for it
     */
    Unpacking(Path root, ArtifactSettings settings, Deadline deadline) {
        this.root = root;
        this.settings = settings;
        this.deadline = deadline;
    }

    /**
     * Unpacks an archive with files.
     *
     * @param archive the file
     * @param format its format, which has files
     */
    void unpack(Path archive, Archive format) throws ArtifactException, InterruptedException {
        try {
            if (format == Archive.ZIP) {
                unpackZip(archive);
            } else {
                try (InputStream in = decompressed(archive, format)) {
                    unpackTar(in);
                }
            }
        } catch (InvalidPathException e) {
            throw damaged("it has a path that can't be used here");
        } catch (IOException | RuntimeException e) {
            // The library throws many kinds of exceptions on damaged headers, and wraps others.
            throw refusal(e)
                    .orElseGet(
                            () -> new ArtifactException("the archive can't be unpacked: " + IoFailures.reason(e), e));
        }
    }

    private static Optional<ArtifactException> refusal(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .filter(RefusedException.class::isInstance)
                .findFirst()
                .map(refused -> damaged(refused.getMessage()));
    }

    /**
     * Decompresses one file.
     *
     * @param compressed the file
     * @param format its format, of one file
     * @param name the name of the file in the directory
     */
    void decompress(Path compressed, Archive format, String name) throws ArtifactException, InterruptedException {
        try (InputStream in = decompressed(compressed, format)) {
            write(in, root.resolve(name), false);
        } catch (IOException | RuntimeException e) {
            throw new ArtifactException("the file can't be decompressed: " + IoFailures.reason(e), e);
        }
    }

    private static InputStream decompressed(Path file, Archive format) throws IOException {
        InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        return switch (format) {
            case TAR, ZIP -> in;
            case TAR_GZ, GZ -> new GZIPInputStream(in, BUFFER_BYTES);
            case TAR_BZ2, BZ2 -> new BZip2CompressorInputStream(in, true);
            case TAR_XZ, XZ ->
                XZCompressorInputStream.builder()
                        .setInputStream(in)
                        .setDecompressConcatenated(true)
                        .setMemoryLimitKiB(XZ_MEMORY_KIB)
                        .get();
        };
    }

    private void unpackTar(InputStream in) throws ArtifactException, InterruptedException, IOException {
        HeaderLimit limited = new HeaderLimit(in, settings.maxBytes());
        TarArchiveInputStream tar = new TarArchiveInputStream(limited, StandardCharsets.UTF_8.name());
        limited.allow(MOST_HEADER_BYTES);
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            limited.allow(Long.MAX_VALUE);
            String path = begin(entry.getName());
            if (entry.isDirectory()) {
                makeDirectories(path);
            } else if (!path.isEmpty() && !entry.isGlobalPaxHeader()) {
                Path place = place(path);
                if (entry.isSymbolicLink()) {
                    link(place, entry.getLinkName());
                } else if (entry.isLink()) {
                    Path existing = place(checked(entry.getLinkName()));
                    if (!Files.isRegularFile(existing, LinkOption.NOFOLLOW_LINKS)) {
                        throw damaged("it has a hard link to something that is no earlier file: \"%s\""
                                .formatted(entry.getName()));
                    }
                    Files.createLink(place, existing);
                } else if (entry.isCharacterDevice() || entry.isBlockDevice() || entry.isFIFO()) {
                    throw damaged("it has a device or a pipe: \"%s\"".formatted(entry.getName()));
                } else {
                    write(tar, place, (entry.getMode() & ANY_EXECUTE) != 0);
                }
            }
            // What is left of the entry is read before the next header.
            tar.transferTo(new Discarded());
            limited.allow(MOST_HEADER_BYTES);
        }
    }

    private void unpackZip(Path archive) throws ArtifactException, InterruptedException, IOException {
        DirectoryLimit limited = new DirectoryLimit(FileChannel.open(archive, StandardOpenOption.READ));
        try (ZipFile zip = ZipFile.builder()
                .setSeekableByteChannel(limited)
                .setIgnoreLocalFileHeader(true)
                .get()) {
            limited.isOpen = true;
            for (ZipArchiveEntry entry : Collections.list(zip.getEntriesInPhysicalOrder())) {
                String path = begin(entry.getName());
                if (entry.isDirectory()) {
                    makeDirectories(path);
                } else if (!path.isEmpty()) {
                    if (!zip.canReadEntryData(entry)) {
                        throw damaged("it has an entry that is encrypted or compressed in an unknown way: \"%s\""
                                .formatted(entry.getName()));
                    }
                    Path place = place(path);
                    try (InputStream content = zip.getInputStream(entry)) {
                        if (entry.isUnixSymlink()) {
                            link(place, new String(content.readNBytes(MAX_LINK_BYTES + 1), StandardCharsets.UTF_8));
                        } else {
                            write(content, place, (entry.getUnixMode() & ANY_EXECUTE) != 0);
                        }
                    }
                }
            }
        }
    }

    /** Counts an entry, and returns its path in the directory; empty for the directory itself. */
    private String begin(String name) throws ArtifactException, InterruptedException {
        deadline.check();
        if (++entries > settings.maxEntries()) {
            throw damaged("it has more than %d files".formatted(settings.maxEntries()));
        }
        return checked(name);
    }

    private static String checked(String name) throws ArtifactException {
        return StagedTree.plainPath(name)
                .orElseThrow(() -> damaged(
                        "it has a path that is absolute, too long or deep, or has .. or a special character in it: \"%s\""
                                .formatted(name.substring(0, Math.min(name.length(), 100)))));
    }

    /** Returns the place of a file or link, where nothing is. Its directory exists, and is no link. */
    private Path place(String path) throws ArtifactException, IOException {
        int slash = path.lastIndexOf('/');
        if (slash >= 0) {
            makeDirectories(path.substring(0, slash));
        }
        Path place = root.resolve(path);
        if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            throw damaged("it has \"%s\" both as a directory and as something else".formatted(path));
        }
        // As tar does, the last of several entries of one path counts.
        Files.deleteIfExists(place);
        return place;
    }

    private void makeDirectories(String path) throws ArtifactException, IOException {
        Path at = root;
        for (String name : path.isEmpty() ? new String[0] : path.split("/", -1)) {
            at = at.resolve(name);
            if (Files.notExists(at, LinkOption.NOFOLLOW_LINKS)) {
                if (++entries > settings.maxEntries()) {
                    throw damaged("it has more than %d files".formatted(settings.maxEntries()));
                }
                Files.createDirectory(at);
            } else if (!Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                throw damaged("it has a path through a link or a file: \"%s\"".formatted(path));
            }
        }
    }

    private static void link(Path place, String target) throws ArtifactException, IOException {
        if (target.isEmpty()
                || target.indexOf('\0') >= 0
                || target.getBytes(StandardCharsets.UTF_8).length > MAX_LINK_BYTES) {
            throw damaged("it has a link whose target is empty or too long");
        }
        Files.createSymbolicLink(place, Path.of(target));
    }

    private void write(InputStream content, Path place, boolean isProgram)
            throws ArtifactException, InterruptedException, IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (FileChannel file = FileChannel.open(place, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                OutputStream out = Channels.newOutputStream(file)) {
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                deadline.check();
                bytes += read;
                if (bytes > settings.maxBytes()) {
                    throw damaged("its files have more than %d bytes, which --artifact-max-size of the node allows"
                            .formatted(settings.maxBytes()));
                }
                out.write(buffer, 0, read);
            }
        }
        if (isProgram) {
            Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static ArtifactException damaged(String why) {
        return ArtifactException.retry("the archive is refused: " + why);
    }

    /** Thrown out of the library. */
    private static final class RefusedException extends IOException {

        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    private static final class Discarded extends OutputStream {

        @Override
        public void write(int one) {}

        @Override
        public void write(byte[] some, int offset, int length) {}
    }

    /** Limits the headers of a tar entry, and the whole archive. */
    private static final class HeaderLimit extends FilterInputStream {

        private long total;
        private long end = Long.MAX_VALUE;
        private final long most;

        HeaderLimit(InputStream in, long most) {
            super(in);
            this.most = most;
        }

        void allow(long more) {
            end = more == Long.MAX_VALUE ? more : total + more;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] some, int offset, int length) throws IOException {
            int read = super.read(some, offset, length);
            count(Math.max(0, read));
            return read;
        }

        @Override
        public long skip(long count) throws IOException {
            long skipped = super.skip(count);
            count(skipped);
            return skipped;
        }

        private void count(long more) throws IOException {
            total += more;
            if (total > end) {
                throw new RefusedException("it has an entry with an excessive header");
            }
            // Headers and padding come on top of the files.
            if (total / 2 > most) {
                throw new RefusedException("it has far more bytes than its files may have");
            }
        }
    }

    /** Limits what is read of a zip file before its directory is known. */
    private static final class DirectoryLimit implements SeekableByteChannel {

        private final FileChannel file;
        private long read;
        private boolean isOpen;

        DirectoryLimit(FileChannel file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer buffer) throws IOException {
            int some = file.read(buffer);
            read += Math.max(0, some);
            if (!isOpen && read > MOST_DIRECTORY_BYTES) {
                throw new RefusedException("it has too many entries, or too long names");
            }
            return some;
        }

        @Override
        public int write(ByteBuffer buffer) throws IOException {
            return file.write(buffer);
        }

        @Override
        public long position() throws IOException {
            return file.position();
        }

        @Override
        public SeekableByteChannel position(long position) throws IOException {
            file.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public SeekableByteChannel truncate(long size) throws IOException {
            file.truncate(size);
            return this;
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
