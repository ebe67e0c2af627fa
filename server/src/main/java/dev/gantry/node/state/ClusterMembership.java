package dev.gantry.node.state;

import dev.gantry.model.Checksum;
import dev.gantry.v1.Identity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the cluster that the node belongs to, and the highest cluster index that the node has seen. By these two the
 * node decides whether to accept a server. It refuses a server of another cluster or with an older database, since such
 * a server would make the node stop all allocations that the server does not know, and delete their data.
 *
 * <p>The node keeps refusing a server that was once behind, even if the server's index grows, since the histories
 * differ from that index on.
 *
 * <p>The file holds one line of a fixed length, with a checksum, and is overwritten in place. May be used by any
 * thread.
 */
public final class ClusterMembership {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterMembership.class);

    private static final String UNKNOWN_CLUSTER = "-".repeat(36);
    private static final String FORMAT = "%s %019d %s";

    /** Files of older versions have no checksum. The word "obeyed" stands for an accepted server. */
    private static final Pattern CONTENT =
            Pattern.compile("(?<text>(?<cluster>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|-{36})"
                    + " (?<index>[0-9]{19}) (?<judgement>obeyed|behind))(?: (?<sum>[0-9a-f]{8}))?\\s*");

    private final Path file;
    private final boolean isNew;

    // Guarded by the monitor of this object.
    private Known known;
    private Known saved;
    private boolean isDamaged;

    /** The content of the file. There is no cluster at the node's first start and in files of older versions. */
    private record Known(Optional<String> clusterId, long index, boolean wasBehind) {}

    private ClusterMembership(Path file, Known known, boolean isNew, boolean isDamaged) {
        this.file = file;
        this.known = known;
        this.saved = known;
        this.isNew = isNew;
        this.isDamaged = isDamaged;
    }

    /**
     * Reads the file. If the file can't be read, the node refuses all servers until {@link #accept}.
     *
     * @param file the file; it need not exist
     * @return the membership
     */
    public static ClusterMembership load(Path file) {
        Known nothing = new Known(Optional.empty(), 0, false);
        if (!Files.exists(file)) {
            return new ClusterMembership(file, nothing, true, false);
        }
        try {
            Matcher content = CONTENT.matcher(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
            if (content.matches() && Checksum.isOf(content.group("text"), content.group("sum"))) {
                Optional<String> clusterId =
                        Optional.of(content.group("cluster")).filter(id -> !id.equals(UNKNOWN_CLUSTER));
                boolean wasBehind = content.group("judgement").equals("behind");
                Known known = new Known(clusterId, Long.parseLong(content.group("index")), wasBehind);
                return new ClusterMembership(file, known, false, false);
            }
            LOG.error("{} is damaged", file);
        } catch (IOException | NumberFormatException e) {
            LOG.error("{} can't be read", file, e);
        }
        return new ClusterMembership(file, nothing, false, true);
    }

    /**
     * Tells whether the node had no such file when it started: the node is new, or its directory is of an older
     * version.
     *
     * @return true if there was no file
     */
    public boolean isNew() {
        return isNew;
    }

    /**
     * Raises the highest index that the node has seen. The next {@link #save} writes it to disk.
     *
     * @param index the index; a lower one than the highest changes nothing
     */
    public synchronized void raise(long index) {
        if (index > known.index()) {
            known = new Known(known.clusterId(), index, known.wasBehind());
        }
    }

    /**
     * Decides whether the node accepts a server, and stores the decision: if the node accepts the server, its cluster
     * and index; if a server of the node's own cluster was behind, this fact. The next {@link #save} writes it to disk.
     *
     * @param server the identity of the server
     * @return the reason for a refusal; empty if the node accepts the server
     */
    public synchronized Optional<String> judge(Identity server) {
        Optional<String> refusal = fault(server);
        if (refusal.isEmpty()) {
            known = new Known(Optional.of(server.getClusterId()), Math.max(known.index(), server.getIndex()), false);
        } else if (!isDamaged && isSameCluster(server)) {
            known = new Known(known.clusterId(), known.index(), true);
        }
        return refusal;
    }

    /**
     * Makes the node a member of a server's cluster, since an operator has confirmed it. Replaces all that was stored
     * before.
     *
     * @param server the identity of the server
     */
    public synchronized void accept(Identity server) {
        known = new Known(Optional.of(server.getClusterId()), server.getIndex(), false);
        isDamaged = false;
    }

    /**
     * Tells whether {@link #save} has nothing to do.
     *
     * @return true if the state is on disk
     */
    public synchronized boolean isSaved() {
        return known.equals(saved) || isDamaged;
    }

    /**
     * Writes the state to disk.
     *
     * @throws NodeStateException if the file can't be written
     */
    public synchronized void save() {
        if (isSaved()) {
            return;
        }
        String text = FORMAT.formatted(
                known.clusterId().orElse(UNKNOWN_CLUSTER), known.index(), known.wasBehind() ? "behind" : "obeyed");
        byte[] content = "%s %s%n".formatted(text, Checksum.of(text)).getBytes(StandardCharsets.US_ASCII);
        if (hasLength(content.length)) {
            overwrite(content);
        } else {
            StateFile.write(file, content);
        }
        saved = known;
    }

    private Optional<String> fault(Identity server) {
        if (isDamaged) {
            return Optional.of("the node can't read which cluster it belongs to in %s".formatted(file));
        }
        if (!isSameCluster(server)) {
            return Optional.of("the server is of cluster %s, and the node belongs to cluster %s"
                    .formatted(server.getClusterId(), known.clusterId().orElseThrow()));
        }
        if (server.getIndex() < known.index()) {
            return Optional.of(
                    "the server's database is older than the state that the node has seen: it ends at index %d, and the"
                                    .formatted(server.getIndex())
                            + " node knows index %d".formatted(known.index()));
        }
        return known.wasBehind()
                ? Optional.of(
                        ("the server's database was older than the state that the node had seen, up to index %d, and may"
                                        + " have gone on from there")
                                .formatted(known.index()))
                : Optional.empty();
    }

    private boolean isSameCluster(Identity server) {
        return known.clusterId().isEmpty() || known.clusterId().get().equals(server.getClusterId());
    }

    private boolean hasLength(int length) {
        try {
            return Files.exists(file) && Files.size(file) == length;
        } catch (IOException e) {
            throw new NodeStateException("Can't read the size of " + file, e);
        }
    }

    /**
     * Overwrites the line. It has a fixed length and is in one sector of the disk, so a crash leaves either the old or
     * the new line.
     */
    private void overwrite(byte[] content) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        } catch (IOException e) {
            throw new NodeStateException("Can't write %s: %s".formatted(file, e), e);
        }
    }
}
