package dev.gantry.rkt.docker;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.tar.PaxAttributes;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/**
 * The tree of files that results from applying layers in order (OCI image-spec, layer.md). For each path it knows the
 * layer and the entry; contents stay in the layers. Links are resolved as the app would see them, so they never lead
 * out of the tree.
 */
final class LayerTree {

    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";

    /** The kernel follows this many links. */
    private static final int MAX_LINKS = 40;

    private final Node root = Node.directory(Optional.empty());

    /**
     * A file or directory, at one path or, with hard links, at several.
     *
     * @param source the entry; empty for a directory without an entry in any layer
     * @param children the children of a directory; empty for a file
     */
    record Node(Optional<Source> source, Optional<TreeMap<String, Node>> children) {

        static Node directory(Optional<Source> source) {
            return new Node(source, Optional.of(new TreeMap<>()));
        }

        boolean isDirectory() {
            return children.isPresent();
        }

        private Optional<Node> child(String name) {
            return children.map(map -> map.get(name));
        }
    }

    /**
     * An entry and the layer that has its content.
     *
     * @param layer the layer
     * @param entry the entry
     * @param attributes its extended attributes by name; usually empty
     */
    record Source(TarFile layer, TarArchiveEntry entry, SortedMap<String, byte[]> attributes) {

        InputStream content() throws IOException {
            return layer.getInputStream(entry);
        }
    }

    Node root() {
        return root;
    }

    /**
     * Applies a layer on top of the earlier ones.
     *
     * @param layer the layer; must stay open while the tree is used
     * @param attributes the extended attributes of its entries
     * @throws RktException if an entry of the layer is invalid
     */
    void apply(TarFile layer, PaxAttributes attributes) throws RktException {
        // Whiteouts of a layer remove files of the layers below, wherever they are in the archive: so apply them first.
        for (TarArchiveEntry entry : layer.getEntries()) {
            List<String> path = path(entry.getName());
            if (!path.isEmpty() && last(path).startsWith(WHITEOUT)) {
                takeAway(path);
            }
        }
        int index = 0;
        for (TarArchiveEntry entry : layer.getEntries()) {
            List<String> path = path(entry.getName());
            if (!path.isEmpty() && !last(path).startsWith(WHITEOUT)) {
                put(path, new Source(layer, entry, attributes.of(index)));
            }
            index++;
        }
    }

    /**
     * Finds the file or directory at a path.
     *
     * @param path the path, links on the way and at its end followed
     * @return the file or directory; empty if nothing is at the path
     * @throws RktException if links form a loop
     */
    Optional<Node> find(String path) throws RktException {
        return walk(path(path), false).map(way -> way.peek());
    }

    private void takeAway(List<String> path) throws RktException {
        Optional<Node> parent = walk(parent(path), false).map(way -> way.peek());
        if (parent.isEmpty() || !parent.get().isDirectory()) {
            return;
        }
        TreeMap<String, Node> children = parent.get().children().orElseThrow();
        if (last(path).equals(OPAQUE)) {
            children.clear();
        } else {
            children.remove(last(path).substring(WHITEOUT.length()));
        }
    }

    private void put(List<String> path, Source source) throws RktException {
        Node parent = walk(parent(path), true).map(way -> way.peek()).orElseThrow();
        TreeMap<String, Node> children = parent.children().orElseThrow();
        Node before = children.get(last(path));
        if (source.entry().isDirectory()) {
            boolean isKept = before != null && before.isDirectory();
            children.put(
                    last(path),
                    isKept ? new Node(Optional.of(source), before.children()) : Node.directory(Optional.of(source)));
        } else if (source.entry().isLink()) {
            children.put(last(path), linked(source.entry()));
        } else {
            children.put(last(path), new Node(Optional.of(source), Optional.empty()));
        }
    }

    private Node linked(TarArchiveEntry link) throws RktException {
        List<String> target = path(link.getLinkName());
        Optional<Node> node = target.isEmpty()
                ? Optional.empty()
                : walk(parent(target), false).flatMap(way -> way.peek().child(last(target)));
        return node.filter(found -> !found.isDirectory())
                .orElseThrow(() ->
                        new RktException("a layer has a hard link to something that is not a file: \"%s\" to \"%s\""
                                .formatted(link.getName(), link.getLinkName())));
    }

    /** Returns the nodes from the root to a path, the last on top; empty if the path does not exist. */
    private Optional<Deque<Node>> walk(List<String> path, boolean makesDirectories) throws RktException {
        Deque<String> ahead = new ArrayDeque<>(path);
        Deque<Node> way = new ArrayDeque<>();
        way.push(root);
        int links = 0;
        while (!ahead.isEmpty()) {
            String name = ahead.pop();
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..")) {
                if (way.size() > 1) {
                    way.pop();
                }
                continue;
            }
            Node next = way.peek().child(name).orElse(null);
            Optional<String> link = next == null ? Optional.empty() : link(next);
            if (link.isPresent()) {
                if (++links > MAX_LINKS) {
                    throw new RktException(
                            "too many symbolic links on the way to \"%s\"".formatted(String.join("/", path)));
                }
                if (link.get().startsWith("/")) {
                    way.clear();
                    way.push(root);
                }
                push(ahead, link.get());
                continue;
            }
            if (makesDirectories && (next == null || !next.isDirectory())) {
                next = Node.directory(Optional.empty());
                way.peek().children().orElseThrow().put(name, next);
            }
            if (next == null) {
                return Optional.empty();
            }
            way.push(next);
        }
        return Optional.of(way);
    }

    private static Optional<String> link(Node node) {
        return node.source()
                .map(Source::entry)
                .filter(TarArchiveEntry::isSymbolicLink)
                .map(entry -> entry.getLinkName());
    }

    private static void push(Deque<String> ahead, String path) {
        String[] names = path.split("/", -1);
        for (int i = names.length - 1; i >= 0; i--) {
            ahead.push(names[i]);
        }
    }

    private static List<String> path(String name) throws RktException {
        List<String> path = new ArrayList<>();
        for (String part : name.split("/", -1)) {
            if (part.equals("..")) {
                throw new RktException("a layer has a path with \"..\": \"%s\"".formatted(name));
            }
            if (!part.isEmpty() && !part.equals(".")) {
                path.add(part);
            }
        }
        return path;
    }

    private static List<String> parent(List<String> path) {
        return path.subList(0, path.size() - 1);
    }

    private static String last(List<String> path) {
        return path.get(path.size() - 1);
    }
}
