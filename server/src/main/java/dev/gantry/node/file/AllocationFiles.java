package dev.gantry.node.file;

import com.google.protobuf.ByteString;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.FileOwner;
import dev.gantry.files.OpenDirectory;
import dev.gantry.model.NodeLimits;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileInfo;
import dev.gantry.v1.FileListing;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.FileRange;
import dev.gantry.v1.FileType;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The files of one allocation that may be looked at: {@code alloc/}, with the outputs of its tasks in {@code alloc/logs},
 * and {@code TASK/local/} of each task. Of {@code TASK/secrets/} only the directory itself is described. The driver's own
 * files are not there.
 */
public final class AllocationFiles {

    /** In characters. */
    private static final int LONGEST_PATH = 4096;

    private static final String SHARED = "alloc";
    private static final String LOGS = "logs";
    private static final String LOCAL = "local";
    private static final String SECRETS = "secrets";

    /** A file or a directory that a path names. */
    private sealed interface Target {}

    /** A directory whose parent is closed to tasks, and of which only some files are shown. */
    private record Part(Path directory, List<String> shown) implements Target {}

    /** A directory whose parent is closed to tasks, and the names that lead from there to the file. */
    private record Place(Path base, List<String> names) implements Target {

        OpenDirectory open() throws IOException {
            return OpenDirectory.below(base, names);
        }

        OpenDirectory openParent() throws IOException {
            return OpenDirectory.below(base, names.subList(0, names.size() - 1));
        }

        boolean isBase() {
            return names.isEmpty();
        }

        String last() {
            return names.get(names.size() - 1);
        }
    }

    private final Path directory;
    private final List<String> tasks;

    /**
     * Shows the files of an allocation.
     *
     * @param directory the allocation's directory, in which tasks can't write; it may be missing
     * @param tasks the names of its tasks
     */
    public AllocationFiles(Path directory, List<String> tasks) {
        this.directory = directory;
        this.tasks = List.copyOf(tasks);
    }

    /**
     * Answers a question. Blocks: a task that replaces a file by a pipe while it is opened can block the thread for
     * good.
     *
     * @param question the question
     * @return the answer, or why there is none
     */
    public FileAnswer answer(FileQuestion question) {
        FileAnswer.Builder answer = FileAnswer.newBuilder().setRequestId(question.getRequestId());
        String path = question.getPath();
        try {
            List<String> names = names(path);
            switch (question.getOperationCase()) {
                case LIST -> list(names, question.getList(), answer);
                case READ -> read(names, question.getRead(), answer);
                case OPERATION_NOT_SET -> answer.setFile(describe(names));
            }
            return answer.build();
        } catch (NoSuchFileException e) {
            return refuse(
                    question,
                    Files.isDirectory(directory)
                            ? "The allocation has no file \"%s\"".formatted(path)
                            : "The files of the allocation were deleted after its end, or it has not started",
                    true);
        } catch (NotDirectoryException e) {
            return refuse(question, "\"%s\" is no directory, or leads through a link".formatted(path), false);
        } catch (FileSystemException e) {
            String why = e.getReason() == null ? e.toString() : e.getReason();
            return refuse(question, "\"%s\": %s".formatted(path, why), false);
        } catch (IOException | DirectoryIteratorException | InvalidPathException e) {
            return refuse(question, "\"%s\" can't be read: %s".formatted(path, e.getMessage()), false);
        }
    }

    /**
     * Makes an answer without a file.
     *
     * @param question the question
     * @param why the reason, for people
     * @param missing true if there is no such allocation or file
     * @return the answer
     */
    public static FileAnswer refuse(FileQuestion question, String why, boolean missing) {
        return FileAnswer.newBuilder()
                .setRequestId(question.getRequestId())
                .setError(why)
                .setMissing(missing)
                .build();
    }

    private static List<String> names(String path) throws IOException {
        if (path.length() > LONGEST_PATH) {
            throw refused("the path has more than %d characters".formatted(LONGEST_PATH));
        }
        List<String> names = new ArrayList<>();
        for (String name : path.split("/", -1)) {
            if (name.equals("..")) {
                throw refused("a path with \"..\" is not followed: write it without");
            }
            if (!name.isEmpty() && !name.equals(".")) {
                names.add(name);
            }
        }
        return names;
    }

    private FileInfo describe(List<String> names) throws IOException {
        Target target = target(names);
        String name = names.isEmpty() ? "" : names.get(names.size() - 1);
        if (target instanceof Place place && !place.isBase()) {
            try (OpenDirectory parent = place.openParent()) {
                return info(parent, name);
            }
        }
        Path directory = target instanceof Part part ? part.directory() : ((Place) target).base();
        try (OpenDirectory open = OpenDirectory.of(directory)) {
            return info(name, open.describe(), open.owner()).build();
        }
    }

    private void list(List<String> names, FileListing listing, FileAnswer.Builder answer) throws IOException {
        refuseSecrets(names);
        int limit = Math.max(1, Math.min(listing.getLimit(), NodeLimits.MOST_LISTED_FILES));
        Target target = target(names);
        if (target instanceof Part part) {
            try (OpenDirectory open = OpenDirectory.of(part.directory())) {
                list(open, part.shown(), listing.getAfter(), limit, answer);
            }
        } else if (target instanceof Place place) {
            try (OpenDirectory open = place.open()) {
                list(open, firstNames(open, listing.getAfter(), limit + 1), listing.getAfter(), limit, answer);
            }
        }
    }

    /** Returns the first names in sorted order, and so keeps few of them in memory. */
    private static NavigableSet<String> firstNames(OpenDirectory open, String after, int limit) throws IOException {
        NavigableSet<String> first = new TreeSet<>();
        open.forEachName(name -> {
            if (name.compareTo(after) > 0) {
                first.add(name);
                if (first.size() > limit) {
                    first.pollLast();
                }
            }
        });
        return first;
    }

    private static void list(
            OpenDirectory open, Iterable<String> sorted, String after, int limit, FileAnswer.Builder answer)
            throws IOException {
        answer.setFile(info("", open.describe(), open.owner()));
        for (String name : sorted) {
            if (answer.getFilesCount() == limit) {
                answer.setMore(true);
                return;
            }
            if (name.compareTo(after) > 0) {
                try {
                    answer.addFiles(info(open, name));
                } catch (NoSuchFileException e) {
                    // The task has deleted it, or it does not exist yet.
                }
            }
        }
    }

    private void read(List<String> names, FileRange range, FileAnswer.Builder answer) throws IOException {
        refuseSecrets(names);
        if (range.getOffset() < 0) {
            throw refused("the offset %d is below 0".formatted(range.getOffset()));
        }
        if (!(target(names) instanceof Place place) || place.isBase()) {
            throw isNoRegularFile(FileType.FILE_TYPE_DIRECTORY);
        }
        try (OpenDirectory parent = place.openParent()) {
            FileInfo file = info(parent, place.last());
            if (file.getType() != FileType.FILE_TYPE_REGULAR) {
                throw isNoRegularFile(file.getType());
            }
            int length = Math.max(1, Math.min(range.getLength(), NodeLimits.LARGEST_FILE_PIECE));
            byte[] data = parent.read(place.last(), range.getOffset(), length);
            long skipped = 0;
            while (range.getSkipZeros()
                    && data.length == length
                    && isZero(data)
                    && skipped + length <= NodeLimits.MOST_SKIPPED_ZEROS) {
                skipped += length;
                data = parent.read(place.last(), range.getOffset() + skipped, length);
            }
            answer.setFile(file).setSkipped(skipped).setData(ByteString.copyFrom(data));
        }
    }

    private static boolean isZero(byte[] data) {
        return Arrays.equals(data, new byte[data.length]);
    }

    private static FileSystemException isNoRegularFile(FileType type) {
        return refused(
                switch (type) {
                    case FILE_TYPE_DIRECTORY -> "is a directory: list it";
                    case FILE_TYPE_LINK -> "is a link, which is not followed: read the file that it names";
                    default -> "is no regular file";
                });
    }

    private void refuseSecrets(List<String> names) throws IOException {
        if (names.size() >= 2 && tasks.contains(names.get(0)) && names.get(1).equals(SECRETS)) {
            throw refused("a task's secrets are shown to nobody");
        }
    }

    private Target target(List<String> names) throws IOException {
        if (names.isEmpty()) {
            return new Part(
                    directory,
                    Stream.concat(tasks.stream(), Stream.of(SHARED)).sorted().toList());
        }
        String first = names.get(0);
        String second = names.size() > 1 ? names.get(1) : "";
        if (first.equals(SHARED)) {
            return second.equals(LOGS)
                    ? new Place(of("").logs(), names.subList(2, names.size()))
                    : new Place(of("").shared(), names.subList(1, names.size()));
        }
        if (tasks.contains(first)) {
            if (names.size() == 1) {
                return new Part(of(first).own(), List.of(LOCAL, SECRETS));
            }
            if (second.equals(LOCAL)) {
                return new Place(of(first).local(), names.subList(2, names.size()));
            }
            if (second.equals(SECRETS)) {
                if (names.size() > 2) {
                    refuseSecrets(names);
                }
                return new Part(of(first).secrets(), List.of());
            }
        }
        throw new NoSuchFileException(String.join("/", names));
    }

    private TaskDirectory of(String task) {
        return new TaskDirectory(directory, task);
    }

    private static FileSystemException refused(String why) {
        return new FileSystemException(null, null, why);
    }

    private static FileInfo info(OpenDirectory in, String name) throws IOException {
        PosixFileAttributes attributes = in.describe(name);
        FileInfo.Builder info = info(name, attributes, in.ownerOf(name));
        return attributes.isSymbolicLink()
                ? info.setLinkTarget(in.linkTarget(name)).build()
                : info.build();
    }

    private static FileInfo.Builder info(String name, PosixFileAttributes attributes, FileOwner owner) {
        return FileInfo.newBuilder()
                .setName(name)
                .setType(type(attributes))
                .setSize(attributes.size())
                .setPermissions(PosixFilePermissions.toString(attributes.permissions()))
                .setModifyTime(ProtoTimes.toTimestampMillis(
                        attributes.lastModifiedTime().toInstant()))
                .setUserId(Integer.toUnsignedLong(owner.user().orElse(0)))
                .setGroupId(Integer.toUnsignedLong(owner.group().orElse(0)));
    }

    private static FileType type(PosixFileAttributes attributes) {
        if (attributes.isRegularFile()) {
            return FileType.FILE_TYPE_REGULAR;
        }
        if (attributes.isDirectory()) {
            return FileType.FILE_TYPE_DIRECTORY;
        }
        return attributes.isSymbolicLink() ? FileType.FILE_TYPE_LINK : FileType.FILE_TYPE_OTHER;
    }
}
