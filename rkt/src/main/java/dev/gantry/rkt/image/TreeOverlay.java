package dev.gantry.rkt.image;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Merges trees: files of a later tree replace those of an earlier one. A directory in several trees has the entries of
 * all, and the owner, mode and times of the last.
 */
final class TreeOverlay {

    private final Path target;

    /** Owners, modes and times of directories, set after their last entry was added; parents come first. */
    private final Map<Path, Path> originals = new TreeMap<>();

    /**
     * Begins.
     *
     * @param target an empty directory, on the file system of the trees
     */
    TreeOverlay(Path target) {
        this.target = target;
    }

    /**
     * Adds a tree on top of the earlier ones.
     *
     * @param tree its root
     * @param whitelists sets of absolute paths; a path is added if it is in all sets, with its parent directories
     * @throws IOException if that fails
     */
    void add(Path tree, List<Set<String>> whitelists) throws IOException {
        originals.put(target, tree);
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                if (!directory.equals(tree) && isWanted(tree.relativize(directory), whitelists)) {
                    makeDirectory(tree, tree.relativize(directory));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (isWanted(tree.relativize(file), whitelists)) {
                    link(tree, tree.relativize(file));
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /**
     * Finishes the tree; nothing can be added afterwards.
     *
     * @throws IOException if the directories can't be made to look as they should
     */
    void finish() throws IOException {
        for (Map.Entry<Path, Path> directory : originals.entrySet()) {
            copyOwnerAndMode(directory.getValue(), directory.getKey());
        }
        for (Map.Entry<Path, Path> directory : originals.entrySet()) {
            FileTime time = Files.getLastModifiedTime(directory.getValue());
            Files.setLastModifiedTime(directory.getKey(), time);
        }
    }

    private static boolean isWanted(Path path, List<Set<String>> whitelists) {
        String absolute = "/" + path;
        return whitelists.stream().allMatch(whitelist -> whitelist.contains(absolute));
    }

    private void link(Path tree, Path path) throws IOException {
        if (path.getParent() != null) {
            makeDirectory(tree, path.getParent());
        }
        Path place = target.resolve(path);
        if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            originals.keySet().removeIf(directory -> directory.startsWith(place));
            FileTrees.delete(place);
        }
        Files.deleteIfExists(place);
        Files.createLink(place, tree.resolve(path));
    }

    private void makeDirectory(Path tree, Path path) throws IOException {
        for (int names = 1; names <= path.getNameCount(); names++) {
            Path part = path.subpath(0, names);
            Path place = target.resolve(part);
            if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
                Files.deleteIfExists(place);
                Files.createDirectory(place);
            }
            originals.put(place, tree.resolve(part));
        }
    }

    private static void copyOwnerAndMode(Path from, Path to) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(from, "unix:uid,gid,mode", LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(to, "unix:uid", attributes.get("uid"));
        Files.setAttribute(to, "unix:gid", attributes.get("gid"));
        Files.setAttribute(to, "unix:mode", (Integer) attributes.get("mode") & 07777);
    }
}
