package dev.gantry.rkt.pod;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The range of host users and groups of a pod with a user namespace: number N of the pod is number base + N of the
 * host.
 *
 * @param base a multiple of {@link #COUNT}
 */
record UserRange(long base) {

    /** The number of users of a pod. */
    static final long COUNT = 1 << 16;

    /** The file of a pod that has its range: the base and the count. */
    static final String FILE = "private-users";

    /**
     * The range of bases. Hosts give lower numbers to people and services, and some programs take numbers from 2^31 on
     * as negative.
     */
    private static final int MIN_INDEX = 16;

    private static final int MAX_INDEX = 1 << 15;

    private static final int SET_ID_BITS = 06000;

    /**
     * Chooses a random range, as rkt does, that no other pod has.
     *
     * @param pods the directory of all pods
     * @param random where the choice comes from
     * @return the range
     * @throws IOException if the pods can't be read
     */
    static UserRange unused(Path pods, RandomGenerator random) throws IOException {
        Set<String> taken = new HashSet<>();
        try (DirectoryStream<Path> states = Files.newDirectoryStream(pods)) {
            for (Path state : states) {
                try (DirectoryStream<Path> found = Files.newDirectoryStream(state)) {
                    for (Path pod : found) {
                        taken.add(read(pod.resolve(FILE)));
                    }
                }
            }
        }
        UserRange range;
        do {
            range = new UserRange(random.nextInt(MIN_INDEX, MAX_INDEX) * COUNT);
        } while (taken.contains(range.line()) && taken.size() < MAX_INDEX / 2);
        return range;
    }

    private static String read(Path file) throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            // The pod has no such range, or was removed in between.
            return "";
        }
    }

    /** Returns the line of the file. */
    String line() {
        return base + " " + COUNT;
    }

    /**
     * Changes the owners of all files of a tree to the mapped users of the pod.
     *
     * @param tree the tree, which no other process uses
     * @throws RktException if a file has an owner that the pod has no number for
     * @throws IOException if a file can't be changed
     */
    void take(Path tree) throws IOException, RktException {
        RktException[] fault = new RktException[1];
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                return visitFile(directory, attributes);
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                try {
                    takeFile(file, attributes.isSymbolicLink());
                    return FileVisitResult.CONTINUE;
                } catch (RktException e) {
                    fault[0] = e;
                    return FileVisitResult.TERMINATE;
                }
            }
        });
        if (fault[0] != null) {
            throw fault[0];
        }
    }

    private void takeFile(Path file, boolean isLink) throws IOException, RktException {
        long user = number(file, "unix:uid");
        long group = number(file, "unix:gid");
        if (user >= base && user < base + COUNT && group >= base && group < base + COUNT) {
            // Another name of a file that was taken already.
            return;
        }
        if (user >= COUNT || group >= COUNT) {
            throw new RktException("--private-users: \"%s\" of the image belongs to %d:%d; a pod has numbers up to %d"
                    .formatted(file, user, group, COUNT - 1));
        }
        int mode = (int) number(file, "unix:mode") & 07777;
        Files.setAttribute(file, "unix:uid", (int) (base + user), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(file, "unix:gid", (int) (base + group), LinkOption.NOFOLLOW_LINKS);
        if (!isLink && (mode & SET_ID_BITS) != 0) {
            // The change of the owner removed these bits.
            Files.setAttribute(file, "unix:mode", mode);
        }
    }

    private static long number(Path file, String attribute) throws IOException {
        return Integer.toUnsignedLong((Integer) Files.getAttribute(file, attribute, LinkOption.NOFOLLOW_LINKS));
    }
}
