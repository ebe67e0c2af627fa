package dev.gantry.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * An open directory that others may change at any time. Its entries are opened by single names, through the handle of
 * the directory and without following links. So nothing outside is reached, whatever others replace meanwhile.
 */
public final class OpenDirectory implements AutoCloseable {

    private final Path path;
    private final SecureDirectoryStream<Path> handle;

    private OpenDirectory(Path path, SecureDirectoryStream<Path> handle) {
        this.path = path;
        this.handle = handle;
    }

    /**
     * Opens a directory by its path.
     *
     * @param path the path. Only trusted users may write to its parent directories; the last name is no link
     * @return the directory; to be closed
     * @throws IOException if there is none, or it can't be opened
     */
    public static OpenDirectory of(Path path) throws IOException {
        try (DirectoryStream<Path> parent = Files.newDirectoryStream(path.getParent())) {
            if (!(parent instanceof SecureDirectoryStream<Path> secure)) {
                throw new FileSystemException(
                        path.toString(), null, "this system can't open files by the handle of their directory");
            }
            return new OpenDirectory(path, secure.newDirectoryStream(path.getFileName(), LinkOption.NOFOLLOW_LINKS));
        }
    }

    /**
     * Opens a directory below another one. No name on the way may be a link.
     *
     * @param root the path of the other one, as for {@link #of}
     * @param names the names on the way, which may be none
     * @return the directory; to be closed
     * @throws IOException if there is none, or it can't be opened
     */
    public static OpenDirectory below(Path root, List<String> names) throws IOException {
        return descend(root, names, (at, name) -> {});
    }

    /**
     * Opens a directory below another one as {@link #below} does, and makes what is missing on the way as
     * {@link #makeDirectory(String, Path)} does.
     *
     * @param root the path of the other one, as for {@link #of}
     * @param names the names on the way, which may be none
     * @param staging as for {@link #makeDirectory(String, Path)}
     * @return the directory; to be closed
     * @throws IOException if it can't be made or opened
     */
    public static OpenDirectory made(Path root, List<String> names, Path staging) throws IOException {
        return descend(root, names, (at, name) -> at.makeDirectory(name, staging));
    }

    /** Acts before a directory is entered. */
    @FunctionalInterface
    private interface BeforeEntering {

        void act(OpenDirectory at, String name) throws IOException;
    }

    private static OpenDirectory descend(Path root, List<String> names, BeforeEntering before) throws IOException {
        OpenDirectory at = of(root);
        for (String name : names) {
            try (OpenDirectory parent = at) {
                before.act(parent, name);
                at = parent.enter(name);
            }
        }
        return at;
    }

    /**
     * Reads the attributes of an entry.
     *
     * @param name a single name
     * @return its attributes, a link's own ones if it is a link
     * @throws NoSuchFileException if there is nothing of that name
     * @throws IOException if they can't be read
     */
    public BasicFileAttributes look(String name) throws IOException {
        return handle.getFileAttributeView(single(name), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    /**
     * Reads the attributes of an entry, with its permissions.
     *
     * @param name a single name
     * @return its attributes, a link's own ones if it is a link
     * @throws NoSuchFileException if there is nothing of that name
     * @throws IOException if they can't be read
     */
    public PosixFileAttributes describe(String name) throws IOException {
        return handle.getFileAttributeView(single(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    /**
     * Reads the attributes of the directory itself.
     *
     * @return its attributes
     * @throws IOException if they can't be read
     */
    public PosixFileAttributes describe() throws IOException {
        return handle.getFileAttributeView(PosixFileAttributeView.class).readAttributes();
    }

    /**
     * Reads the owner of an entry. It is found by the path of the directory: if others move directories meanwhile, it may be
     * that of another file.
     *
     * @param name a single name
     * @return the owner, a link's own one if it is a link
     * @throws IOException if it can't be read
     */
    public FileOwner ownerOf(String name) throws IOException {
        return FileOwner.of(path.resolve(single(name)));
    }

    /**
     * Reads the owner of the directory itself, as {@link #ownerOf(String)} does.
     *
     * @return the owner
     * @throws IOException if it can't be read
     */
    public FileOwner owner() throws IOException {
        return FileOwner.of(path);
    }

    /**
     * Reads what a link names. It is found by the path, as by {@link #ownerOf(String)}.
     *
     * @param name a single name
     * @return the text of the link
     * @throws IOException if it can't be read, or is no link
     */
    public String linkTarget(String name) throws IOException {
        return Files.readSymbolicLink(path.resolve(single(name))).toString();
    }

    /**
     * Passes on the names of all entries, in no order.
     *
     * @param action gets each name
     * @throws IOException if they can't be read
     */
    public void forEachName(Consumer<String> action) throws IOException {
        // A stream is read once: each pass needs one of its own.
        try (DirectoryStream<Path> pass = handle.newDirectoryStream(Path.of("."), LinkOption.NOFOLLOW_LINKS)) {
            pass.forEach(entry -> action.accept(entry.getFileName().toString()));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /**
     * Reads a piece of a regular file in it. The caller has looked at the file. A thread that others make read a pipe in its
     * place blocks until somebody writes to the pipe.
     *
     * @param name a single name
     * @param offset the first byte, 0 or more
     * @param length how many bytes at most
     * @return the bytes; fewer than asked for only at the end of the file
     * @throws NoSuchFileException if there is nothing of that name
     * @throws IOException if it can't be read, or is a link
     */
    public byte[] read(String name, long offset, int length) throws IOException {
        try (SeekableByteChannel file =
                handle.newByteChannel(single(name), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            ByteBuffer piece = ByteBuffer.allocate(length);
            file.position(offset);
            int count = 0;
            while (piece.hasRemaining() && count >= 0) {
                count = file.read(piece);
            }
            return Arrays.copyOf(piece.array(), piece.position());
        }
    }

    /**
     * Decides whether there is an entry of a name; a link to nowhere is one.
     *
     * @param name a single name
     * @return true if there is
     * @throws IOException if that can't be looked at
     */
    public boolean has(String name) throws IOException {
        try {
            look(name);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /**
     * Deletes a file or a link in it. A directory is never deleted.
     *
     * @param name a single name; nothing happens if there is nothing of that name
     * @throws IOException if it can't be deleted, or is a directory
     */
    public void deleteFile(String name) throws IOException {
        try {
            handle.deleteFile(single(name));
        } catch (NoSuchFileException e) {
            // It does not exist, or another process has deleted it.
        }
    }

    /**
     * Opens a directory in it.
     *
     * @param name a single name
     * @return the directory; to be closed
     * @throws NoSuchFileException if there is nothing of that name
     * @throws NotDirectoryException if it is a link or something else that is no directory
     * @throws IOException if it can't be opened
     */
    public OpenDirectory enter(String name) throws IOException {
        if (!look(name).isDirectory()) {
            throw new NotDirectoryException(path.resolve(name).toString());
        }
        return new OpenDirectory(
                path.resolve(name), handle.newDirectoryStream(single(name), LinkOption.NOFOLLOW_LINKS));
    }

    /**
     * Creates a directory in it that any user may write to, unless it exists. Keeps a directory that another process
     * creates at the same time and has put something into; may replace it while it is empty.
     *
     * @param name a single name
     * @param staging a directory on the same file system that only trusted users can write to: a directory can't be
     *     made through a handle, so it is made there, and moved
     * @throws IOException if there is something else of that name, or it can't be made
     */
    public void makeDirectory(String name, Path staging) throws IOException {
        makeDirectory(name, staging, FileOwner.OF_THIS_PROCESS);
    }

    /**
     * Makes a directory in it as {@link #makeDirectory(String, Path)} does, and gives it to a user.
     *
     * @param name a single name
     * @param staging as there
     * @param owner who owns it, if it was not there
     * @throws IOException if there is something else of that name, or it can't be made or given away
     */
    public void makeDirectory(String name, Path staging, FileOwner owner) throws IOException {
        try {
            if (!look(name).isDirectory()) {
                throw new NotDirectoryException(path.resolve(name).toString());
            }
        } catch (NoSuchFileException e) {
            Path fresh = Files.createDirectory(staging.resolve("new-" + UUID.randomUUID()));
            try (OpenDirectory from = of(staging)) {
                Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxrwxrwx"));
                owner.give(fresh);
                moveUnlessMade(from, fresh, name);
            } finally {
                Files.deleteIfExists(fresh);
            }
        }
    }

    private void moveUnlessMade(OpenDirectory from, Path fresh, String name) throws IOException {
        try {
            from.handle.move(fresh.getFileName(), handle, single(name));
        } catch (FileSystemException e) {
            if (!has(name) || !look(name).isDirectory()) {
                throw e;
            }
        }
    }

    /**
     * Writes a file in it that any user may read. Replaces an existing file of the name, but not a directory. The
     * file appears with all its content or not at all.
     *
     * @param name a single name
     * @param content of the file
     * @throws IOException if it can't be written
     */
    public void write(String name, byte[] content) throws IOException {
        Path fresh = Path.of(".new-" + UUID.randomUUID());
        try {
            try (SeekableByteChannel file = handle.newByteChannel(
                    fresh,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
                ByteBuffer rest = ByteBuffer.wrap(content);
                while (rest.hasRemaining()) {
                    file.write(rest);
                }
            }
            handle.getFileAttributeView(fresh, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .setPermissions(PosixFilePermissions.fromString("rw-r--r--"));
            handle.move(fresh, handle, single(name));
        } catch (IOException e) {
            deleteQuietly(fresh, e);
            throw e;
        }
    }

    /**
     * Moves an entry of another directory into it. A file or link replaces a file or link of the name, but no directory.
     *
     * @param from the other directory, on the same file system
     * @param name the entry, a single name
     * @param as its new name, a single one
     * @throws IOException if it can't be moved
     */
    public void take(OpenDirectory from, String name, String as) throws IOException {
        from.handle.move(single(name), handle, single(as));
    }

    /**
     * Writes a file in it. Replaces an existing file or link of the name, but not a directory. The file appears with all its
     * content, its permissions and its owner, or not at all.
     *
     * @param name a single name
     * @param content of the file
     * @param permissions of the file
     * @param owner who owns it
     * @param staging a directory on the same file system that only trusted users can write to; the file is made there
     * @throws IOException if it can't be written or given away
     */
    public void write(String name, byte[] content, Set<PosixFilePermission> permissions, FileOwner owner, Path staging)
            throws IOException {
        Path fresh = staging.resolve("new-" + UUID.randomUUID());
        try (OpenDirectory from = of(staging)) {
            DurableFile.create(fresh, content, DurableFile.OWNER_ONLY);
            owner.give(fresh);
            Files.setPosixFilePermissions(fresh, permissions);
            from.handle.move(fresh.getFileName(), handle, single(name));
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /**
     * Reads a file in it. Call it only while nobody else can put something into the directory that is no file: to open a pipe
     * would wait for its other end.
     *
     * @param name a single name
     * @param most the most bytes that the file may have
     * @return the content
     * @throws IOException if it is no file, can't be read, or is larger
     */
    public byte[] read(String name, int most) throws IOException {
        if (!look(name).isRegularFile()) {
            throw new FileSystemException(path.resolve(name).toString(), null, "is no regular file");
        }
        byte[] content = read(name, 0, most + 1);
        if (content.length > most) {
            throw new FileSystemException(
                    path.resolve(name).toString(), null, "is larger than %d bytes".formatted(most));
        }
        return content;
    }

    private void deleteQuietly(Path name, IOException failure) {
        try {
            handle.deleteFile(name);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static Path single(String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("/")) {
            throw new IllegalArgumentException("\"%s\" is no single name".formatted(name));
        }
        return Path.of(name);
    }

    @Override
    public void close() throws IOException {
        handle.close();
    }
}
