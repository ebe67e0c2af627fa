package dev.gantry.node.state;

import dev.gantry.model.Checksum;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The identity of a node, which never changes after the first start.
 *
 * @param id a UUID
 * @param secret proves to the server that it is the same node
 */
public record NodeIdentity(String id, String secret) {

    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Pattern SECRET = Pattern.compile("[0-9a-f]{64}");
    private static final int SECRET_BYTES = 32;

    /**
     * Reads the identity of the node, or creates one at its first start. Only the owner can read the file. The file is
     * written atomically.
     *
     * @param file the file: the id, the secret and a checksum, a line each; older versions wrote no checksum
     * @param random makes the secret
     * @return the identity
     * @throws NodeStateException if the file can't be read or written, or holds no identity
     */
    public static NodeIdentity loadOrCreate(Path file, SecureRandom random) {
        if (Files.exists(file)) {
            return load(file);
        }
        NodeIdentity identity = create(random);
        StateFile.write(
                file,
                "%s\n%s\n%s\n"
                        .formatted(identity.id, identity.secret, Checksum.of(identity.id + identity.secret))
                        .getBytes(StandardCharsets.UTF_8));
        return identity;
    }

    /** Returns the id; leaves the secret out. */
    @Override
    public String toString() {
        return id;
    }

    private static NodeIdentity load(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new NodeStateException("Can't read the node's identity " + file, e);
        }
        if (lines.size() < 2
                || lines.size() > 3
                || !ID.matcher(lines.get(0)).matches()
                || !SECRET.matcher(lines.get(1)).matches()
                || !Checksum.isOf(lines.get(0) + lines.get(1), lines.size() == 3 ? lines.get(2) : null)) {
            throw new NodeStateException(
                    file + " holds no identity of a node; restore it, or delete it to join as a new node");
        }
        return new NodeIdentity(lines.get(0), lines.get(1));
    }

    private static NodeIdentity create(SecureRandom random) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new NodeIdentity(UUID.randomUUID().toString(), HexFormat.of().formatHex(secret));
    }
}
