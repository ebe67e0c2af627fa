package dev.gantry.node.log;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file that a task appends to. One that does not exist yet reads as an empty one.
 *
 * <p>The task can put anything in its place. A link is not followed, since it may lead to any file of the machine, nor is a
 * pipe opened, which would keep the reader waiting for ever.
 */
final class LogFile {

    private static final int BLOCK = 64 * 1024;

    private final Path path;

    LogFile(Path path) {
        this.path = path;
    }

    /**
     * Reads a piece.
     *
     * @param offset where it begins, in bytes, 0 or more; there is nothing behind the end
     * @param limit how long it may be, in bytes
     */
    ByteString read(long offset, int limit) throws IOException {
        try (FileChannel channel = open()) {
            long rest = Math.max(0, channel.size() - offset);
            return ByteString.copyFrom(readFully(channel, offset, (int) Math.min(limit, rest)));
        } catch (NoSuchFileException e) {
            return ByteString.EMPTY;
        }
    }

    /** How long the file is, in bytes. */
    long size() throws IOException {
        try (FileChannel channel = open()) {
            return channel.size();
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /**
     * Finds the last lines, as {@code tail -n} does: what stands behind the last newline is a line too.
     *
     * @param lines how many, 0 or more
     * @return where they begin, in bytes
     */
    long offsetOfLastLines(long lines) throws IOException {
        try (FileChannel channel = open()) {
            return lines == 0 ? channel.size() : searchBackwards(channel, lines);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private FileChannel open() throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new FileSystemException(path.toString(), null, "it is no regular file (any more)");
        }
        return FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    /** The lines begin behind the newline before them; the one that ends the file begins no line. */
    private static long searchBackwards(FileChannel channel, long lines) throws IOException {
        long newlinesToPass = lines;
        long end = channel.size() - 1;
        while (end > 0) {
            long begin = Math.max(0, end - BLOCK);
            ByteBuffer block = readFully(channel, begin, (int) (end - begin));
            for (int i = block.limit() - 1; i >= 0; i--) {
                if (block.get(i) == '\n' && --newlinesToPass == 0) {
                    return begin + i + 1;
                }
            }
            end = begin;
        }
        return 0;
    }

    private static ByteBuffer readFully(FileChannel channel, long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) >= 0) {
            // Each turn reads what there is.
        }
        return buffer.flip();
    }
}
