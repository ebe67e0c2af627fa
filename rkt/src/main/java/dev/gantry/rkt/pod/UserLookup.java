package dev.gantry.rkt.pod;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.image.RootedTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Resolves the user and group of an app to numbers. Each is a number, a name in the image's own files, or a path in the
 * image whose owner is meant.
 */
final class UserLookup {

    private static final long MAX_ID = 0xffff_fffeL;

    private final RootedTree tree;

    /**
     * Makes a lookup.
     *
     * @param rootfs the image's files
     */
    UserLookup(Path rootfs) {
        this.tree = new RootedTree(rootfs);
    }

    /** Returns the number of a user. */
    long user(String user) throws IOException, RktException {
        return id("user", user, "/etc/passwd", "unix:uid");
    }

    /** Returns the number of a group. */
    long group(String group) throws IOException, RktException {
        return id("group", group, "/etc/group", "unix:gid");
    }

    private long id(String kind, String text, String database, String owner) throws IOException, RktException {
        if (text.matches("\\d{1,10}") && Long.parseLong(text) <= MAX_ID) {
            return Long.parseLong(text);
        }
        if (text.startsWith("/")) {
            Path path = tree.follow(text);
            if (Files.exists(path)) {
                return Integer.toUnsignedLong((Integer) Files.getAttribute(path, owner));
            }
            throw new RktException("invalid %s \"%s\": the image has no such path".formatted(kind, text));
        }
        Path file = tree.follow(database);
        if (Files.isRegularFile(file)) {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                String[] fields = line.split(":", -1);
                if (fields.length > 2 && fields[0].equals(text) && fields[2].matches("\\d{1,10}")) {
                    return Long.parseLong(fields[2]);
                }
            }
        }
        throw new RktException("invalid %s \"%s\": not in the image's %s".formatted(kind, text, database));
    }
}
