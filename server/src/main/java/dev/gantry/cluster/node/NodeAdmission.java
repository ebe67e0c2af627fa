package dev.gantry.cluster.node;

import dev.gantry.access.Authenticator;
import dev.gantry.access.Caller;
import dev.gantry.access.Secrets;
import dev.gantry.cluster.NodeRefusedException;
import dev.gantry.cluster.PermissionDeniedException;
import dev.gantry.cluster.UnauthenticatedException;
import dev.gantry.store.NodeReader;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.Register;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Decides which nodes may open a session: a node that is known, by its own secret; another one by a token. A node that
 * was purged is not known any more.
 */
public final class NodeAdmission {

    /** Ids are UUIDs, and secrets 64 characters. */
    private static final int LONGEST = 256;

    private final NodeReader nodes;
    private final Authenticator authenticator;
    private final boolean isInsecure;

    /**
     * Creates the rule of a server.
     *
     * @param nodes reads the known nodes
     * @param authenticator finds the holders of tokens
     * @param isInsecure true if each node may join, without a token. The secret of a known node is checked nevertheless,
     *     when it registers
     */
    public NodeAdmission(NodeReader nodes, Authenticator authenticator, boolean isInsecure) {
        this.nodes = nodes;
        this.authenticator = authenticator;
        this.isInsecure = isInsecure;
    }

    /**
     * An admitted node.
     *
     * @param shown what it has shown; empty if the server asks for nothing
     * @param joins tells at each moment whether it may register although the server does not know it: its token may end
     *     between the beginning of its session and its registration
     */
    record Admitted(Optional<NodeCredentials> shown, BooleanSupplier joins) {

        private static final Admitted ANYBODY = new Admitted(Optional.empty(), () -> true);

        /**
         * Checks that the node registers as the one that was admitted.
         *
         * @throws PermissionDeniedException if it does not
         */
        void require(Register register) {
            boolean isSame = shown.isEmpty()
                    || (shown.get()
                                    .nodeId()
                                    .equals(Optional.of(register.getNode().getId()))
                            && isEqual(shown.get().secret().orElse(""), register.getSecret()));
            if (!isSame) {
                throw new PermissionDeniedException(
                        "The node registers with another id or secret than those in the headers of its session");
            }
        }

        private static boolean isEqual(String one, String other) {
            return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Admits a node without a look at the database, if the server asks for nothing.
     *
     * @param certifiedName the name in the node's certificate; empty without TLS
     * @return empty: {@link #check} decides
     */
    Optional<Admitted> withoutCheck(Optional<String> certifiedName) {
        return isInsecure && certifiedName.isEmpty() ? Optional.of(Admitted.ANYBODY) : Optional.empty();
    }

    /**
     * Decides by what a node has shown. Blocks.
     *
     * @param certifiedName the name in the node's certificate; empty without TLS
     * @throws UnauthenticatedException if it is not known and has shown no token that lets it join
     * @throws NodeRefusedException if it is known with another secret, or with another name than its certificate's
     */
    Admitted check(NodeCredentials shown, Optional<String> certifiedName) {
        if (isInsecure) {
            shown.nodeId().ifPresent(id -> certifiedName.ifPresent(name -> requireName(id, name)));
            return Admitted.ANYBODY;
        }
        BooleanSupplier joins = joins(shown);
        String id = prove(shown, joins);
        certifiedName.ifPresent(name -> requireName(id, name));
        return new Admitted(Optional.of(shown), joins);
    }

    /**
     * Decides whether a node may have the certificate of a name. Blocks.
     *
     * @param shown what the node has shown
     * @param name the name
     * @throws UnauthenticatedException if it is not known and has shown no token that lets it join
     * @throws NodeRefusedException if it is known with another secret or name, or if it is not known and another node has
     *     the name
     */
    public void checkCertificate(NodeCredentials shown, String name) {
        String id = prove(shown, isInsecure ? () -> true : joins(shown));
        requireName(id, name);
        if (nodes.name(id).isEmpty() && nodes.isNameTaken(name, id)) {
            throw NodeRefusedException.nameTaken(name);
        }
    }

    /** Returns the id of a node that is known, or may join. */
    private String prove(NodeCredentials shown, BooleanSupplier joins) {
        if (!isWhole(shown.nodeId()) || !isWhole(shown.secret())) {
            throw new UnauthenticatedException("A node's session needs the headers gantry-node-id and"
                    + " gantry-node-secret; start a node of this server's version");
        }
        String id = shown.nodeId().get();
        Optional<byte[]> known = nodes.secretHash(id);
        if (known.isEmpty() && !joins.getAsBoolean()) {
            throw unknown(id, shown.token().isPresent());
        }
        if (known.isPresent()
                && !MessageDigest.isEqual(
                        known.get(), Secrets.hash(shown.secret().get()).toByteArray())) {
            throw NodeRefusedException.otherSecret(id);
        }
        return id;
    }

    private BooleanSupplier joins(NodeCredentials shown) {
        return () -> shown.token()
                .flatMap(authenticator::authenticate)
                .filter(NodeAdmission::letsJoin)
                .isPresent();
    }

    /** An id keeps the name that it was registered with: who has stolen the id and the secret has not the certificate. */
    private void requireName(String id, String certified) {
        nodes.name(id).filter(registered -> !registered.equals(certified)).ifPresent(registered -> {
            throw NodeRefusedException.otherName(id, registered, certified);
        });
    }

    /** Returns the failure of a node that is not known and has no right to join. */
    static UnauthenticatedException unknown(String nodeId, boolean hasToken) {
        return new UnauthenticatedException(
                "This server does not know node %s, and %s. Start the node with --join-token-file FILE: the server's is"
                                .formatted(
                                        nodeId,
                                        hasToken
                                                ? "the token that the node has brought does not let it join: it is unknown, was"
                                                        + " deleted, has ended, or is no join token"
                                                : "the node has brought no join token")
                        + " DATA_DIR/server/join.token, and gantry acl token create makes others");
    }

    private static boolean letsJoin(Caller caller) {
        return caller instanceof Caller.Holder holder
                && (holder.token().getType() == AclTokenType.ACL_TOKEN_TYPE_JOIN
                        || holder.grants().isManagement());
    }

    private static boolean isWhole(Optional<String> header) {
        return header.isPresent() && !header.get().isEmpty() && header.get().length() <= LONGEST;
    }
}
