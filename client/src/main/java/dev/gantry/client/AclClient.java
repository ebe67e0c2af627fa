package dev.gantry.client;

import dev.gantry.v1.BootstrapAclRequest;
import dev.gantry.v1.BootstrapAclResponse;

/** Calls for tokens and policies. Thread-safe. */
public final class AclClient {

    private final Connection connection;

    AclClient(Connection connection) {
        this.connection = connection;
    }

    /**
     * Makes a management token for a caller who can write into the server's data directory. Needs no token.
     *
     * @param proof the content of the file {@code bootstrap} in that directory, 32 to 128 characters
     * @return the token and its secret
     * @throws PermissionDeniedException if the file does not hold the proof, or if others can write it
     * @throws GantryException if the call fails
     */
    public BootstrapAclResponse bootstrap(String proof) {
        return connection.call(
                connection.acl(),
                stub -> stub.bootstrapAcl(
                        BootstrapAclRequest.newBuilder().setProof(proof).build()));
    }
}
