package dev.gantry.rkt;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes files survive a loss of power. A rename is atomic for other processes, but does not force anything to disk. So
 * the content is forced to disk before the rename, and the directory after it.
 */
public final class Durability {

    private Durability() {}

    /**
     * Forces one file, or the entries of one directory, to disk (fsync).
     *
     * @param path the file or directory
     * @throws IOException if that fails
     */
    public static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /**
     * Forces the files directly in a directory, and the directory, to disk.
     *
     * @param directory the directory
     * @throws IOException if that fails
     */
    public static void forceFilesOf(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(directory)) {
            files = found.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .toList();
        }
        for (Path file : files) {
            force(file);
        }
        force(directory);
    }

    /**
     * Forces a tree of many files to disk. One call for the whole file system takes far less time than one call for
     * each file.
     *
     * @param tree a directory
     * @throws IOException if that fails
     * @throws RktException if this thread is interrupted
     */
    public static void forceTree(Path tree) throws IOException, RktException {
        HostTool sync = HostTool.run("sync", "-f", "--", tree.toString());
        if (!sync.isSuccess()) {
            throw new IOException("sync -f %s: %s".formatted(tree, sync.output()));
        }
    }
}
