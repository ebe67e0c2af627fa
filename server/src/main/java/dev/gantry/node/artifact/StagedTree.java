package dev.gantry.node.artifact;

import dev.gantry.files.FileOwner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The files of an artifact in a directory that only the node can enter, before a task gets them. Checks what is in it,
 * whoever wrote it: an archive, a repository, a directory of the machine.
 */
final class StagedTree {

    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_PATH_BYTES = 1024;
    private static final int MAX_DEPTH = 100;

    /** The kernel follows this many links. */
    private static final int MAX_LINKS = 40;

    private static final Set<PosixFilePermission> DATA = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> PROGRAM = PosixFilePermissions.fromString("rwxr-xr-x");

    private final Path root;
    private final FileOwner owner;
    private final Deadline deadline;

    private StagedTree(Path root, FileOwner owner, Deadline deadline) {
        this.root = root;
        this.owner = owner;
        this.deadline = deadline;
    }

    /**
     * Returns the parts of a path within an artifact, with single slashes.
     *
     * @param name the path as an archive has it
     * @return the path, empty for the top; nothing if it is absolute, leads up, is too long or too deep, or is no text
     */
    static Optional<String> plainPath(String name) {
        if (name.startsWith("/")
                || name.indexOf('\uFFFD') >= 0
                || name.indexOf('\0') >= 0
                || name.indexOf('\\') >= 0
                || bytes(name) > MAX_PATH_BYTES) {
            return Optional.empty();
        }
        List<String> parts = new ArrayList<>();
        for (String part : name.split("/", -1)) {
            if (part.equals("..") || bytes(part) > MAX_NAME_BYTES) {
                return Optional.empty();
            }
            if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return parts.size() > MAX_DEPTH ? Optional.empty() : Optional.of(String.join("/", parts));
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * Checks all files, and makes them readable for tasks: modes 644 and 755, and the owner.
     *
     * @param root the directory
     * @param owner the owner of what is in it
     * @param deadline the end of the time for it
     * @throws ArtifactException if a link leads out of the directory, or something is no file, directory or link
     */
    static void seal(Path root, FileOwner owner, Deadline deadline)
            throws ArtifactException, InterruptedException, IOException {
        new StagedTree(root, owner, deadline).seal(root);
    }

    private void seal(Path directory) throws ArtifactException, InterruptedException, IOException {
        Deque<Path> ahead = new ArrayDeque<>(List.of(directory));
        while (!ahead.isEmpty()) {
            Path at = ahead.pop();
            deadline.check();
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(at)) {
                for (Path entry : entries) {
                    BasicFileAttributes found =
                            Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                    if (found.isDirectory()) {
                        ahead.push(entry);
                    } else if (found.isSymbolicLink()) {
                        checkLink(entry);
                    } else if (!found.isRegularFile()) {
                        throw refused("a device or a pipe", entry);
                    }
                    if (!found.isSymbolicLink()) {
                        boolean isProgram = found.isDirectory()
                                || Files.getPosixFilePermissions(entry).contains(PosixFilePermission.OWNER_EXECUTE);
                        Files.setPosixFilePermissions(entry, isProgram ? PROGRAM : DATA);
                    }
                    owner.give(entry);
                }
            }
        }
    }

    /** Follows a link as the kernel would, and refuses it if a step leads out, also in between. */
    private void checkLink(Path link) throws ArtifactException, IOException {
        Deque<String> ahead = new ArrayDeque<>();
        push(ahead, Files.readSymbolicLink(link).toString(), link);
        Path at = link.getParent();
        int links = 1;
        while (!ahead.isEmpty()) {
            String name = ahead.pop();
            if (name.equals("..")) {
                if (at.equals(root)) {
                    throw refused("a link that leads out of it", link);
                }
                at = at.getParent();
            } else if (!name.isEmpty() && !name.equals(".")) {
                Path next = at.resolve(name);
                if (Files.isSymbolicLink(next)) {
                    if (++links > MAX_LINKS) {
                        throw refused("a link that leads in a circle", link);
                    }
                    push(ahead, Files.readSymbolicLink(next).toString(), link);
                } else {
                    at = next;
                }
            }
        }
    }

    private void push(Deque<String> ahead, String target, Path link) throws ArtifactException {
        if (target.startsWith("/")) {
            throw refused("a link to an absolute path", link);
        }
        String[] names = target.split("/", -1);
        for (int i = names.length - 1; i >= 0; i--) {
            ahead.push(names[i]);
        }
    }

    private ArtifactException refused(String what, Path entry) {
        return ArtifactException.retry("it has %s: \"%s\"".formatted(what, root.relativize(entry)));
    }
}
