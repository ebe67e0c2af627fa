package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Finds places in an image's tree as if its root were the root directory: symbolic links of the image are followed, but
 * never out of the tree.
 *
 * @param root the root of the tree; no other process writes below it
 */
public record RootedTree(Path root) {

    /** The kernel follows this many links. */
    private static final int MAX_LINKS = 40;

    /**
     * Returns the place of an entry. Makes the directories above it if they are missing. A link at the place itself is
     * not followed.
     *
     * @param path the entry's path below the root, without {@code ..}, not empty
     * @return the place
     * @throws RktException if a part of the path is not a directory, or links form a loop
     * @throws IOException if a directory can't be made
     */
    public Path place(String path) throws IOException, RktException {
        String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        int slash = trimmed.lastIndexOf('/');
        Path parent = slash < 0 ? root : walk(trimmed.substring(0, slash), true);
        return parent.resolve(trimmed.substring(slash + 1));
    }

    /**
     * Follows the links of a path to their end.
     *
     * @param path the path, absolute in the eyes of the image
     * @return the path, at or below the root; it need not exist
     * @throws RktException if links form a loop
     * @throws IOException if a link can't be read
     */
    public Path follow(String path) throws IOException, RktException {
        return walk(path, false);
    }

    private Path walk(String path, boolean makesDirectories) throws IOException, RktException {
        Deque<String> ahead = new ArrayDeque<>();
        push(ahead, path);
        Path at = root;
        int links = 0;
        while (!ahead.isEmpty()) {
            String name = ahead.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                at = at.equals(root) ? root : at.getParent();
                continue;
            }
            Path next = at.resolve(name);
            if (Files.isSymbolicLink(next)) {
                if (++links > MAX_LINKS) {
                    throw new RktException("too many symbolic links on the way to \"%s\"".formatted(path));
                }
                String target = Files.readSymbolicLink(next).toString();
                at = target.startsWith("/") ? root : at;
                push(ahead, target);
            } else {
                at = next;
                if (makesDirectories) {
                    makeDirectory(at, path);
                }
            }
        }
        return at;
    }

    private static void push(Deque<String> ahead, String path) {
        String[] names = path.split("/", -1);
        for (int i = names.length - 1; i >= 0; i--) {
            ahead.push(names[i]);
        }
    }

    private static void makeDirectory(Path directory, String path) throws IOException, RktException {
        if (Files.notExists(directory, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(directory);
        } else if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new RktException("\"%s\" leads through something that is no directory".formatted(path));
        }
    }
}
