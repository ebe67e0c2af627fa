package dev.gantry.client;

import dev.gantry.client.Pages.Page;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclToken;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.ApplyAclPolicyRequest;
import dev.gantry.v1.BootstrapAclRequest;
import dev.gantry.v1.BootstrapAclResponse;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.CreateAclTokenResponse;
import dev.gantry.v1.DeleteAclPolicyRequest;
import dev.gantry.v1.DeleteAclTokenRequest;
import dev.gantry.v1.GetAclPolicyRequest;
import dev.gantry.v1.GetAclTokenRequest;
import dev.gantry.v1.GetOwnAclTokenRequest;
import dev.gantry.v1.ListAclPoliciesRequest;
import dev.gantry.v1.ListAclPoliciesResponse;
import dev.gantry.v1.ListAclTokensRequest;
import dev.gantry.v1.ListAclTokensResponse;
import dev.gantry.v1.UpdateAclTokenRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Stream;

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

    /**
     * Makes or replaces a policy. It is in force at once, also for open streams.
     *
     * @param policy the policy; its indexes are ignored
     * @return the stored policy
     * @throws InvalidArgumentException if the policy is not valid
     * @throws GantryException if the call fails
     */
    public AclPolicy applyPolicy(AclPolicy policy) {
        ApplyAclPolicyRequest request =
                ApplyAclPolicyRequest.newBuilder().setPolicy(policy).build();
        return connection
                .call(connection.acl(), stub -> stub.applyAclPolicy(request))
                .getPolicy();
    }

    /**
     * Returns a policy.
     *
     * @param name its name
     * @return the policy
     * @throws NotFoundException if there is none
     * @throws GantryException if the call fails
     */
    public AclPolicy policy(String name) {
        GetAclPolicyRequest request =
                GetAclPolicyRequest.newBuilder().setName(name).build();
        return connection
                .call(connection.acl(), stub -> stub.getAclPolicy(request))
                .getPolicy();
    }

    /**
     * Lists all policies, ordered by name. Pages are fetched while the stream is read.
     *
     * @return the policies
     */
    public Stream<AclPolicy> policies() {
        return Pages.stream(token -> {
            ListAclPoliciesRequest request =
                    ListAclPoliciesRequest.newBuilder().setPageToken(token).build();
            ListAclPoliciesResponse answer = connection.call(connection.acl(), stub -> stub.listAclPolicies(request));
            return new Page<>(answer.getPoliciesList(), answer.getNextPageToken());
        });
    }

    /**
     * Deletes a policy. Tokens that name it lose what it allowed.
     *
     * @param name its name
     * @throws NotFoundException if there is none
     * @throws GantryException if the call fails
     */
    public void deletePolicy(String name) {
        DeleteAclPolicyRequest request =
                DeleteAclPolicyRequest.newBuilder().setName(name).build();
        var unused = connection.call(connection.acl(), stub -> stub.deleteAclPolicy(request));
    }

    /**
     * Makes a token. The call is not repeated when its answer is lost: the token may exist then.
     *
     * @param name for people
     * @param type what the token is for
     * @param policies the names of existing policies, at least one, for a client token; else none
     * @param timeToLive how long it lives, 1 s to 10 years; empty: it does not end
     * @return the token and its secret, which no later call returns
     * @throws GantryException if the call fails
     */
    public CreateAclTokenResponse createToken(
            String name, AclTokenType type, Collection<String> policies, Optional<Duration> timeToLive) {
        CreateAclTokenRequest.Builder request =
                CreateAclTokenRequest.newBuilder().setName(name).setType(type).addAllPolicies(policies);
        timeToLive.map(ProtoDurations::of).ifPresent(request::setTimeToLive);
        return connection.call(connection.acl(), stub -> stub.createAclToken(request.build()));
    }

    /**
     * Returns a token, without its secret.
     *
     * @param accessorId its accessor id
     * @return the token
     * @throws NotFoundException if there is none
     * @throws GantryException if the call fails
     */
    public AclToken token(String accessorId) {
        GetAclTokenRequest request =
                GetAclTokenRequest.newBuilder().setAccessorId(accessorId).build();
        return connection
                .call(connection.acl(), stub -> stub.getAclToken(request))
                .getToken();
    }

    /**
     * Returns the token that this client's calls carry.
     *
     * @return the token, without its secret
     * @throws GantryException if the call fails
     */
    public AclToken ownToken() {
        return connection
                .call(connection.acl(), stub -> stub.getOwnAclToken(GetOwnAclTokenRequest.getDefaultInstance()))
                .getToken();
    }

    /**
     * Lists all tokens, ordered by accessor id. Pages are fetched while the stream is read.
     *
     * @return the tokens, without their secrets
     */
    public Stream<AclToken> tokens() {
        return Pages.stream(token -> {
            ListAclTokensRequest request =
                    ListAclTokensRequest.newBuilder().setPageToken(token).build();
            ListAclTokensResponse answer = connection.call(connection.acl(), stub -> stub.listAclTokens(request));
            return new Page<>(answer.getTokensList(), answer.getNextPageToken());
        });
    }

    /**
     * Replaces the name and the policies of a token.
     *
     * @param accessorId its accessor id
     * @param name the new name
     * @param policies the names of its new policies, as in {@link #createToken}
     * @return the changed token
     * @throws NotFoundException if there is no such token
     * @throws GantryException if the call fails
     */
    public AclToken updateToken(String accessorId, String name, Collection<String> policies) {
        UpdateAclTokenRequest request = UpdateAclTokenRequest.newBuilder()
                .setAccessorId(accessorId)
                .setName(name)
                .addAllPolicies(policies)
                .build();
        return connection
                .call(connection.acl(), stub -> stub.updateAclToken(request))
                .getToken();
    }

    /**
     * Deletes a token. Its open streams end.
     *
     * @param accessorId its accessor id
     * @throws NotFoundException if there is no such token
     * @throws PreconditionFailedException if it is the last management token that does not end
     * @throws GantryException if the call fails
     */
    public void deleteToken(String accessorId) {
        DeleteAclTokenRequest request =
                DeleteAclTokenRequest.newBuilder().setAccessorId(accessorId).build();
        var unused = connection.call(connection.acl(), stub -> stub.deleteAclToken(request));
    }
}
