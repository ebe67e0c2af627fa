package dev.gantry.audit;

import dev.gantry.files.DurableFile;
import dev.gantry.files.ProcessLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of an audit log, and its older files {@code FILE.1}, {@code FILE.2} and so on. It holds whole lines only: a
 * line that could not be written whole is cut off again. Only its owner can read it. Not thread-safe.
 */
final class AuditFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AuditFile.class);

    private static final FileAttribute<?> MODE = PosixFilePermissions.asFileAttribute(DurableFile.OWNER_ONLY);

    private final AuditOptions options;
    private FileChannel channel;
    private Object key;
    private long size;

    private AuditFile(AuditOptions options) {
        this.options = options;
    }

    /**
     * Opens the file, and makes it if it is missing. Cuts off an incomplete last line, which a crash has left.
     *
     * @throws AuditException if the file is another program's
     * @throws IOException if it can't be opened
     */
    static AuditFile open(AuditOptions options) throws IOException {
        AuditFile file = new AuditFile(options);
        file.reopen();
        return file;
    }

    /**
     * Appends lines. When this method returns, they are in the file, and on disk if the options want it.
     *
     * @param texts the lines with their ends
     * @throws AuditException if the file has become another program's
     * @throws IOException if not all of them could be written
     */
    void append(List<String> texts) throws IOException {
        List<byte[]> lines = texts.stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        reopenIfMoved();
        ByteBuffer pending =
                ByteBuffer.allocate(lines.stream().mapToInt(line -> line.length).sum());
        for (byte[] line : lines) {
            if (size + pending.position() > 0 && size + pending.position() + line.length > options.maxBytes()) {
                write(pending);
                rotate();
            }
            pending.put(line);
        }
        write(pending);
        if (options.isSync()) {
            channel.force(false);
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null && channel.isOpen()) {
            channel.force(true);
            channel.close();
        }
    }

    /** Opens the file anew if another program has moved or deleted it: what is written to the old one would be lost. */
    private void reopenIfMoved() throws IOException {
        if (channel.isOpen() && Objects.equals(key, keyOf(options.file()))) {
            return;
        }
        channel.close();
        reopen();
    }

    private void reopen() throws IOException {
        Path file = options.file();
        create(file);
        if (!Files.isRegularFile(file)) {
            throw new AuditException(
                    "%s is not a regular file: name another one with --audit-log".formatted(file), null);
        }
        // Before it is changed: it may be another program's.
        long whole = LastLine.end(file);
        Files.setPosixFilePermissions(file, DurableFile.OWNER_ONLY);
        channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        try {
            lock(file);
            cutOffAfter(whole);
            size = whole;
            key = keyOf(file);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void cutOffAfter(long whole) throws IOException {
        long incomplete = channel.size() - whole;
        if (incomplete > 0) {
            LOG.warn("Cuts off an incomplete line of {} bytes at the end of {}", incomplete, options.file());
            channel.truncate(whole);
        }
    }

    private static void create(Path file) throws IOException {
        try {
            Files.createFile(file, MODE);
        } catch (FileAlreadyExistsException e) {
            // It goes on from where it has ended.
        }
    }

    private void lock(Path file) throws IOException {
        if (!ProcessLock.take(channel)) {
            throw new AuditException(
                    "Another server writes %s: give each server its own file with --audit-log".formatted(file), null);
        }
    }

    private static Object keyOf(Path file) throws IOException {
        try {
            return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Writes what is pending, and empties it. */
    private void write(ByteBuffer pending) throws IOException {
        pending.flip();
        int bytes = pending.remaining();
        try {
            while (pending.hasRemaining()) {
                channel.write(pending);
            }
            size += bytes;
        } catch (IOException e) {
            cutOff(e);
            throw e;
        } finally {
            pending.clear();
        }
    }

    /** Removes what was written of lines in vain. If that fails too, the file is opened anew, which removes it. */
    private void cutOff(IOException why) throws IOException {
        try {
            channel.truncate(size);
        } catch (IOException e) {
            why.addSuppressed(e);
            channel.close();
        }
    }

    /** Renames the file to FILE.1, that to FILE.2 and so on, deletes those beyond the limit, and begins an empty one. */
    private void rotate() throws IOException {
        close();
        if (options.maxFiles() == 1) {
            Files.deleteIfExists(options.file());
        }
        for (int number = options.maxFiles() - 1; number >= 1; number--) {
            Path newer = number == 1 ? options.file() : numbered(number - 1);
            if (Files.exists(newer)) {
                Files.move(newer, numbered(number), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        // Files of a server that kept more of them.
        for (int number = options.maxFiles(); Files.deleteIfExists(numbered(number)); number++) {}
        reopen();
        if (options.isSync()) {
            DurableFile.sync(options.file().toAbsolutePath().getParent());
        }
    }

    private Path numbered(int number) {
        return options.file().resolveSibling(options.file().getFileName() + "." + number);
    }
}
