package dev.gantry.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.UUID;

/**
 * Deletes directories with all that is in them. The runtime of {@code rkt/} has a class of this name too, since it
 * shares no code with Gantry. A test holds the two equal.
 *
 * <p>Each entry is deleted through the open handle of its directory. So no path is ever too long, and a directory that
 * another process replaces by a link meanwhile leads nowhere else. Few handles are open at once: deeper directories are
 * moved up to the top of the tree and deleted from there.
 */
public final class FileTrees {

    /** Directories that are open at once, and so the depth of the recursion. */
    private static final int MAX_OPEN = 32;

    private final SecureDirectoryStream<Path> top;
    /** An unguessable prefix for temporary names, so that they do not collide with names in the tree. */
    private final String movedPrefix = ".moved-" + UUID.randomUUID() + "-";

    private boolean moved;
    private long names;
    private IOException failure;
    private long failures;

    private FileTrees(SecureDirectoryStream<Path> top) {
        this.top = top;
    }

    /**
     * Deletes a file or a directory with all that is in it. Links are deleted, not followed. A file system that is
     * mounted below is not entered. Continues after a failure, so that as much as possible is deleted. Another process
     * may delete the same tree at the same time.
     *
     * @param tree the file or directory; nothing happens if it does not exist. Its parent directories must be writable
     *     by trusted users only
     * @throws IOException if something is left; it names the first such file and how many others there are
     */
    public static void delete(Path tree) throws IOException {
        Path absolute = tree.toAbsolutePath().normalize();
        try (DirectoryStream<Path> parent = Files.newDirectoryStream(absolute.getParent())) {
            if (!(parent instanceof SecureDirectoryStream<Path> handle)) {
                throw new FileSystemException(
                        tree.toString(), null, "this system can't open files by the handle of their directory");
            }
            delete(handle, absolute);
        } catch (NoSuchFileException e) {
            // It does not exist, or another process has deleted it.
        }
    }

    private static void delete(SecureDirectoryStream<Path> parent, Path tree) throws IOException {
        Path name = tree.getFileName();
        if (!isDirectory(parent, name)) {
            parent.deleteFile(name);
            return;
        }
        try (SecureDirectoryStream<Path> top = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            new FileTrees(top).empty(tree);
        }
        parent.deleteDirectory(name);
    }

    private void empty(Path tree) throws IOException {
        boolean isFirst = true;
        while (isFirst || moved) {
            isFirst = false;
            moved = false;
            // A stream is read once: each further pass needs one of its own.
            try (SecureDirectoryStream<Path> pass = top.newDirectoryStream(Path.of("."), LinkOption.NOFOLLOW_LINKS)) {
                empty(pass, tree, 1);
            }
        }
        if (failure != null) {
            if (failures > 1) {
                failure.addSuppressed(new IOException((failures - 1) + " others could not be deleted either"));
            }
            throw failure;
        }
    }

    private void empty(SecureDirectoryStream<Path> directory, Path path, int depth) {
        try {
            for (Path entry : directory) {
                Path name = entry.getFileName();
                try {
                    delete(directory, name, path, depth);
                } catch (NoSuchFileException e) {
                    // Another process has deleted it.
                } catch (IOException e) {
                    fail(path.resolve(name), e);
                }
            }
        } catch (DirectoryIteratorException e) {
            fail(path, e.getCause());
        }
    }

    private void delete(SecureDirectoryStream<Path> directory, Path name, Path path, int depth) throws IOException {
        if (!isDirectory(directory, name)) {
            directory.deleteFile(name);
            return;
        }
        try {
            // The kernel refuses this for a mount point, whatever is in it: a mounted file system is never entered.
            directory.deleteDirectory(name);
            return;
        } catch (DirectoryNotEmptyException e) {
            // It must be emptied first.
        }
        if (depth == MAX_OPEN) {
            moveToTop(directory, name);
            return;
        }
        long before = failures;
        try (SecureDirectoryStream<Path> child = directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            empty(child, path.resolve(name), depth + 1);
        } catch (NotDirectoryException e) {
            // Another process has replaced the file in between.
            directory.deleteFile(name);
            return;
        }
        if (failures == before) {
            directory.deleteDirectory(name);
        }
    }

    private void moveToTop(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        directory.move(name, top, Path.of(movedPrefix + names++));
        moved = true;
    }

    private static boolean isDirectory(SecureDirectoryStream<Path> directory, Path name) throws IOException {
        return directory
                .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes()
                .isDirectory();
    }

    private void fail(Path path, IOException cause) {
        failures++;
        if (failure == null) {
            String reason = cause instanceof FileSystemException named && named.getReason() != null
                    ? named.getReason()
                    : cause.toString();
            failure = new FileSystemException(path.toString(), null, "can't be deleted: " + reason);
            failure.initCause(cause);
        }
    }
}
