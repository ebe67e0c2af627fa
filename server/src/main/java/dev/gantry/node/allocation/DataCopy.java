package dev.gantry.node.allocation;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import dev.gantry.files.FileOwner;
import dev.gantry.files.FileTrees;
import dev.gantry.model.NodeLimits;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileInfo;
import dev.gantry.v1.FileListing;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.FileRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Copies the data of an ended allocation on another node into a directory of this one, over the server. Trusts no answer: the
 * other node may be hostile. Names are single ones, nothing is written through a link, no file gets the rights of its owner
 * (setuid), and files, bytes and depth are bounded.
 *
 * <p>Runs on a thread of its own, which it blocks.
 */
final class DataCopy {

    /** How long nothing may arrive before the copy is given up; the time in which the other allocation runs does not count. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    /** The most files, directories and links. */
    static final int MOST_FILES = 100_000;

    private static final int DEEPEST = 100;

    /** The most bytes of holes in all files. A hostile node could make up any number. */
    private static final long MOST_HOLES = 1L << 40;

    /** The size of a block, in bytes: a file system keeps no block of zeros that was never written. */
    private static final int BLOCK = 4096;

    private static final ByteString ZEROS = ByteString.copyFrom(new byte[BLOCK]);
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private final DataSource source;
    private final String allocationId;
    private final Path target;
    private final long mostBytes;
    private final Pace pace;
    private final BooleanSupplier isNeeded;
    private int files;
    private int skipped;
    private long bytes;
    private long holes;
    private boolean isRoot;

    /**
     * How a copy waits.
     *
     * @param clock a clock that never jumps
     * @param retry the wait before a question is asked again
     * @param patience how long nothing may arrive
     */
    record Pace(InstantSource clock, Duration retry, Duration patience) {}

    /** The copy can't be made. */
    static final class DataCopyException extends Exception {

        private static final long serialVersionUID = 1L;

        DataCopyException(String message) {
            super(message);
        }
    }

    /**
     * Prepares a copy.
     *
     * @param source asks the server; may be called on this thread
     * @param allocationId the allocation that takes the data over
     * @param target the directory, in which nobody else writes; replaced
     * @param mostBytes the most bytes of all files, without their holes
     * @param pace how to wait
     * @param isNeeded false once the copy is to end
     */
    DataCopy(DataSource source, String allocationId, Path target, long mostBytes, Pace pace, BooleanSupplier isNeeded) {
        this.source = source;
        this.allocationId = allocationId;
        this.target = target;
        this.mostBytes = mostBytes;
        this.pace = pace;
        this.isNeeded = isNeeded;
    }

    /**
     * Copies directories.
     *
     * @param paths their paths from the allocation's directory on; the first one must exist
     * @return what was copied, for people
     * @throws DataCopyException if the data can't be had, or is too much
     * @throws IOException if it can't be written
     */
    String run(List<String> paths) throws DataCopyException, IOException, InterruptedException {
        FileTrees.delete(target);
        Files.createDirectory(
                target, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        isRoot = Files.getAttribute(target, "unix:uid").equals(0);
        for (String path : paths) {
            Optional<FileAnswer> first = list(path, "");
            if (first.isEmpty() && path.equals(paths.get(0))) {
                throw new DataCopyException("its files were deleted");
            }
            if (first.isPresent()) {
                Path directory = Files.createDirectories(target.resolve(path));
                copyAll(path, directory, first.get(), 0);
                adorn(directory, first.get().getFile());
            }
        }
        return "%d MiB in %d files%s"
                .formatted(
                        (bytes + (1 << 20) - 1) >> 20,
                        files,
                        skipped == 0 ? "" : "; %d that are no files were left out".formatted(skipped));
    }

    private void copyAll(String path, Path to, FileAnswer first, int depth)
            throws DataCopyException, IOException, InterruptedException {
        FileAnswer page = first;
        String last = "";
        while (true) {
            for (FileInfo file : page.getFilesList()) {
                requireName(file.getName(), last);
                last = file.getName();
                copy(path + "/" + file.getName(), to.resolve(file.getName()), file, depth + 1);
            }
            if (!page.getMore() || page.getFilesCount() == 0) {
                return;
            }
            page = list(path, last)
                    .orElseThrow(() -> new DataCopyException("\"%s\" was deleted meanwhile".formatted(path)));
        }
    }

    private static void requireName(String name, String last) throws DataCopyException {
        boolean isSingle = !name.isEmpty()
                && !name.equals(".")
                && !name.equals("..")
                && name.indexOf('/') < 0
                && name.indexOf('\0') < 0;
        if (!isSingle || name.compareTo(last) <= 0) {
            throw new DataCopyException(
                    "the other node has answered with \"%s\", which is no name, or in no order".formatted(name));
        }
    }

    private void copy(String path, Path to, FileInfo file, int depth)
            throws DataCopyException, IOException, InterruptedException {
        if (!isNeeded.getAsBoolean()) {
            throw new DataCopyException("the allocation is stopped");
        }
        if (++files > MOST_FILES || depth > DEEPEST) {
            throw new DataCopyException(
                    "it has more than %d files, or directories more than %d deep".formatted(MOST_FILES, DEEPEST));
        }
        switch (file.getType()) {
            case FILE_TYPE_DIRECTORY -> {
                Files.createDirectory(to);
                Optional<FileAnswer> first = list(path, "");
                if (first.isPresent()) {
                    copyAll(path, to, first.get(), depth);
                }
                adorn(to, file);
            }
            case FILE_TYPE_REGULAR -> {
                copyContent(path, to, file);
                adorn(to, file);
            }
            case FILE_TYPE_LINK -> Files.createSymbolicLink(to, linkTarget(file));
            default -> skipped++;
        }
    }

    private static Path linkTarget(FileInfo link) throws DataCopyException {
        if (link.getLinkTarget().isEmpty() || link.getLinkTarget().indexOf('\0') >= 0) {
            throw new DataCopyException("the other node has answered with a link that names nothing");
        }
        return Path.of(link.getLinkTarget());
    }

    /** Copies the content of a file. What has only zeros becomes a hole, as most of it was. */
    private void copyContent(String path, Path to, FileInfo file)
            throws DataCopyException, IOException, InterruptedException {
        try (FileChannel out = FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long offset = 0;
            while (offset < file.getSize()) {
                FileRange range = FileRange.newBuilder()
                        .setOffset(offset)
                        .setLength(NodeLimits.LARGEST_FILE_PIECE)
                        .setSkipZeros(true)
                        .build();
                FileAnswer piece = ask(question(path).setRead(range)).orElse(FileAnswer.getDefaultInstance());
                ByteString data = piece.getData();
                if (piece.getSkipped() < 0 || piece.getSkipped() + data.size() <= 0) {
                    throw new DataCopyException("\"%s\" is shorter than it was".formatted(path));
                }
                skip(piece.getSkipped());
                offset += piece.getSkipped();
                for (int begin = 0; begin < data.size(); begin += BLOCK) {
                    write(data.substring(begin, Math.min(data.size(), begin + BLOCK)), offset + begin, out);
                }
                offset += data.size();
            }
            if (out.size() < offset) {
                // A hole at the end has no end without a byte there.
                out.write(ByteBuffer.allocate(1), offset - 1);
            }
        }
    }

    private void write(ByteString block, long at, FileChannel out) throws DataCopyException, IOException {
        if (block.equals(ZEROS)) {
            skip(BLOCK);
            return;
        }
        bytes += block.size();
        if (bytes > mostBytes) {
            throw new DataCopyException("it has more than the %d MiB of ephemeral_disk".formatted(mostBytes >> 20));
        }
        ByteBuffer rest = block.asReadOnlyByteBuffer().slice();
        while (rest.hasRemaining()) {
            out.write(rest, at + rest.position());
        }
    }

    private void skip(long zeros) throws DataCopyException {
        holes += zeros;
        if (holes < 0 || holes > MOST_HOLES) {
            throw new DataCopyException("it has more than %d GiB of holes".formatted(MOST_HOLES >> 30));
        }
    }

    /**
     * Gives a copy the permissions, the time of change, and the owner of the original, if this process may. Bits such as setuid
     * are left out.
     */
    private void adorn(Path copy, FileInfo original) throws IOException, DataCopyException {
        try {
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString(original.getPermissions()));
        } catch (IllegalArgumentException e) {
            throw new DataCopyException(
                    "the other node has answered with the permissions \"%s\"".formatted(original.getPermissions()));
        }
        if (isRoot) {
            new FileOwner(Optional.of((int) original.getUserId()), Optional.of((int) original.getGroupId())).give(copy);
        }
        if (Timestamps.isValid(original.getModifyTime())) {
            Files.setLastModifiedTime(copy, FileTime.from(ProtoTimes.toInstantMillis(original.getModifyTime())));
        }
    }

    private FileQuestion.Builder question(String path) {
        return FileQuestion.newBuilder().setAllocationId(allocationId).setPath(path);
    }

    private Optional<FileAnswer> list(String path, String after) throws DataCopyException, InterruptedException {
        return ask(question(path)
                .setList(FileListing.newBuilder().setAfter(after).setLimit(NodeLimits.MOST_LISTED_FILES)));
    }

    /** Asks until there is an answer; empty if there is no such file. */
    private Optional<FileAnswer> ask(FileQuestion.Builder question) throws DataCopyException, InterruptedException {
        Instant last = pace.clock().instant();
        while (true) {
            if (!isNeeded.getAsBoolean()) {
                throw new DataCopyException("the allocation is stopped");
            }
            FileAnswer answer = answer(question.build());
            if (answer.getError().isEmpty()) {
                return Optional.of(answer);
            }
            if (answer.getMissing()) {
                return Optional.empty();
            }
            Instant now = pace.clock().instant();
            last = answer.getRunning() ? now : last;
            if (now.isAfter(last.plus(pace.patience()))) {
                throw new DataCopyException(answer.getError());
            }
            TimeUnit.NANOSECONDS.sleep(pace.retry().toNanos());
        }
    }

    private FileAnswer answer(FileQuestion question) throws InterruptedException {
        CompletableFuture<FileAnswer> answer = new CompletableFuture<>();
        source.ask(question, answer);
        try {
            return answer.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return FileAnswer.newBuilder()
                    .setError("no server has answered in time")
                    .build();
        } finally {
            answer.cancel(false);
        }
    }
}
