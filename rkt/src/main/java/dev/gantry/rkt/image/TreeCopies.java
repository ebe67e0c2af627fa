package dev.gantry.rkt.image;

import dev.gantry.rkt.HostTool;
import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** Copies trees to where a user wants them, with owners, modes, times, links and extended attributes. */
public final class TreeCopies {

    private TreeCopies() {}

    /**
     * Creates a directory that appears with all its content or, on a failure, not at all.
     *
     * @param directory the directory
     * @param isReplaced whether an existing one is replaced; otherwise it is an error
     * @param content fills a directory that becomes it
     * @throws RktException if it exists, or its content can't be written
     * @throws IOException if that fails
     */
    public static void make(Path directory, boolean isReplaced, Content content) throws IOException, RktException {
        Path output = directory.toAbsolutePath().normalize();
        Path parent = output.getParent();
        if (parent == null) {
            throw new RktException("this would delete your root filesystem. Refusing.");
        }
        if (Files.exists(output, LinkOption.NOFOLLOW_LINKS) && !isReplaced) {
            throw new RktException("output directory exists (try --overwrite)");
        }
        Files.createDirectories(parent);
        Path making = parent.resolve(".rkt-" + UUID.randomUUID());
        try {
            content.fill(making);
            FileTrees.delete(output);
            Files.move(making, output, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            FileTrees.delete(making);
        }
    }

    /** Writes the content of a directory. */
    @FunctionalInterface
    public interface Content {

        /**
         * Makes the directory with its content.
         *
         * @param directory where; there is nothing yet
         * @throws RktException if that is not possible
         * @throws IOException if that fails
         */
        void fill(Path directory) throws IOException, RktException;
    }

    /**
     * Copies a tree.
     *
     * @param tree its root
     * @param target the target; must not exist
     * @throws RktException if not all can be copied
     * @throws IOException if cp can't be run
     */
    public static void copy(Path tree, Path target) throws IOException, RktException {
        HostTool copy = HostTool.run(
                "setpriv",
                "--pdeathsig",
                "KILL",
                "cp",
                "-a",
                "--reflink=auto",
                "-T",
                "--",
                tree.toString(),
                target.toString());
        if (!copy.isSuccess()) {
            throw new RktException("copying \"%s\" failed: %s".formatted(tree, copy.output()));
        }
    }
}
