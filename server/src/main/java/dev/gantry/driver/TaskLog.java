package dev.gantry.driver;

import com.google.protobuf.ByteString;
import dev.gantry.model.LogLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/**
 * One output of a task, in files {@code NAME.0}, {@code NAME.1} and so on. The oldest files may be deleted already. All
 * files except the newest have exactly the same size. So an offset counts the bytes of the whole output since the task
 * was first started, and stays valid when files are deleted.
 *
 * <p>No task can write to the directory. Nevertheless, links are not followed.
 */
public final class TaskLog {

    private static final int BLOCK = 64 * 1024;

    /** The most bytes to search for lines, since other readers of logs wait during the search. */
    private static final long FARTHEST_LINE = 64L << 20;

    private final Path directory;
    private final String name;
    private final long fileSize;

    /**
     * Describes an output.
     *
     * @param directory the directory of the files
     * @param name the beginning of the files' names, before the dot and the number
     * @param limits of the task
     */
    public TaskLog(Path directory, String name, LogLimits limits) {
        this(directory, name, limits.fileSize());
    }

    TaskLog(Path directory, String name, long fileSize) {
        this.directory = directory;
        this.name = name;
        this.fileSize = fileSize;
    }

    /**
     * A piece of the output.
     *
     * @param offset the offset of the first byte; greater than the requested offset if the bytes there are deleted
     * @param data the bytes; empty after the end of the output
     */
    public record Piece(long offset, ByteString data) {

        /**
         * Returns where the next piece begins.
         *
         * @return the offset
         */
        public long end() {
            return offset + data.size();
        }
    }

    /**
     * Returns true if a file of the output exists.
     *
     * @return false if the task has not been started yet, or its output is not kept
     * @throws NoSuchFileException if the directory does not exist
     * @throws IOException if that can't be read
     */
    public boolean exists() throws IOException {
        return !numbers().isEmpty();
    }

    /**
     * Reads a piece, of one file at most.
     *
     * @param offset the offset at which the piece begins, 0 or more; if that byte is deleted, the piece begins with the
     *     oldest kept byte
     * @param limit the most bytes of the piece
     * @return the piece
     * @throws NoSuchFileException if the directory does not exist
     * @throws IOException if it can't be read
     */
    public Piece read(long offset, int limit) throws IOException {
        while (true) {
            NavigableSet<Long> numbers = numbers();
            if (numbers.isEmpty()) {
                return new Piece(offset, ByteString.EMPTY);
            }
            long begin = Math.max(offset, numbers.first() * fileSize);
            Long number = numbers.ceiling(begin / fileSize);
            if (number == null) {
                return new Piece(begin, ByteString.EMPTY);
            }
            begin = Math.max(begin, number * fileSize);
            try (FileChannel channel = open(number)) {
                return new Piece(begin, read(channel, begin - number * fileSize, limit));
            } catch (NoSuchFileException e) {
                // Deleted since the directory was read: look again.
            }
        }
    }

    /**
     * Returns how many bytes were written since the task was first started.
     *
     * @return the offset after the last byte
     * @throws NoSuchFileException if the directory does not exist
     * @throws IOException if that can't be read
     */
    public long end() throws IOException {
        while (true) {
            NavigableSet<Long> numbers = numbers();
            if (numbers.isEmpty()) {
                return 0;
            }
            long newest = numbers.last();
            try (FileChannel channel = open(newest)) {
                return newest * fileSize + channel.size();
            } catch (NoSuchFileException e) {
                // Deleted since the directory was read: look again.
            }
        }
    }

    /**
     * Finds the last lines, as {@code tail -n} does: text after the last newline counts as a line.
     *
     * @param lines how many, 0 or more
     * @return the offset of their first byte, or of the last 64 MiB if they are longer than that
     * @throws NoSuchFileException if the directory does not exist
     * @throws IOException if the files can't be read
     */
    public long offsetOfLastLines(long lines) throws IOException {
        long end = end();
        if (lines == 0) {
            return end;
        }
        long newlinesToPass = lines;
        // A newline at the end of the output does not begin a line.
        long searched = end - 1;
        long farthest = Math.max(0, end - FARTHEST_LINE);
        for (long number : numbers().descendingSet()) {
            if (searched <= farthest) {
                break;
            }
            long first = Math.max(farthest, number * fileSize);
            try (FileChannel channel = open(number)) {
                while (searched > first) {
                    long begin = Math.max(first, searched - BLOCK);
                    ByteBuffer block = readFully(channel, begin - number * fileSize, (int) (searched - begin));
                    for (int i = block.limit() - 1; i >= 0; i--) {
                        if (block.get(i) == '\n' && --newlinesToPass == 0) {
                            return begin + i + 1;
                        }
                    }
                    searched = begin;
                }
            } catch (NoSuchFileException e) {
                return searched;
            }
        }
        return Math.max(0, searched);
    }

    /**
     * Reads the last bytes from the last two files, or fewer bytes if these files are shorter. Does not need the size
     * of the files.
     */
    ByteString last(int limit) throws IOException {
        ByteString last = ByteString.EMPTY;
        for (long number : numbers().descendingSet()) {
            try (FileChannel channel = open(number)) {
                int missing = limit - last.size();
                last = read(channel, Math.max(0, channel.size() - missing), missing)
                        .concat(last);
            }
            if (last.size() == limit) {
                break;
            }
        }
        return last;
    }

    private NavigableSet<Long> numbers() throws IOException {
        if (!Files.readAttributes(directory, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isDirectory()) {
            throw new NotDirectoryException(directory.toString());
        }
        NavigableSet<Long> numbers = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            files.forEach(file -> number(file).ifPresent(numbers::add));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return numbers;
    }

    private Optional<Long> number(Path file) {
        String text = file.getFileName().toString();
        return text.matches("\\Q" + name + ".\\E[0-9]{1,12}")
                ? Optional.of(Long.valueOf(text.substring(name.length() + 1)))
                : Optional.empty();
    }

    private FileChannel open(long number) throws IOException {
        Path file = directory.resolve(name + "." + number);
        if (!Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isRegularFile()) {
            throw new FileSystemException(file.toString(), null, "it is no regular file");
        }
        return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    private static ByteString read(FileChannel channel, long position, int limit) throws IOException {
        long rest = Math.max(0, channel.size() - position);
        return ByteString.copyFrom(readFully(channel, position, (int) Math.min(limit, rest)));
    }

    private static ByteBuffer readFully(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) >= 0) {
            // Each turn reads the available bytes.
        }
        return buffer.flip();
    }
}
