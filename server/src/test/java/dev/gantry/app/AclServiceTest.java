package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Duration;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AclServiceGrpc.AclServiceBlockingStub;
import dev.gantry.v1.AclToken;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.ApplyAclPolicyRequest;
import dev.gantry.v1.BootstrapAclRequest;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.CreateAclTokenResponse;
import dev.gantry.v1.DeleteAclPolicyRequest;
import dev.gantry.v1.DeleteAclTokenRequest;
import dev.gantry.v1.GetAclPolicyRequest;
import dev.gantry.v1.GetAclTokenRequest;
import dev.gantry.v1.ListAclPoliciesRequest;
import dev.gantry.v1.ListAclPoliciesResponse;
import dev.gantry.v1.ListAclTokensRequest;
import dev.gantry.v1.ListAclTokensResponse;
import dev.gantry.v1.UpdateAclTokenRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests the calls for tokens and policies. */
@Timeout(60)
class AclServiceTest {

    @RegisterExtension
    private final TestServer server = TestServer.closedExtension();

    @Test
    void a_policy_is_applied_read_and_deleted() {
        AclPolicy applied = apply("team-a");

        assertThat(acl().getAclPolicy(GetAclPolicyRequest.newBuilder()
                                .setName("team-a")
                                .build())
                        .getPolicy())
                .isEqualTo(applied);
        acl().deleteAclPolicy(
                        DeleteAclPolicyRequest.newBuilder().setName("team-a").build());
        assertRefused(
                Status.Code.NOT_FOUND,
                "No policy \"team-a\"",
                () -> acl().getAclPolicy(GetAclPolicyRequest.newBuilder()
                        .setName("team-a")
                        .build()));
        assertRefused(
                Status.Code.NOT_FOUND,
                "No policy \"team-a\"",
                () -> acl().deleteAclPolicy(DeleteAclPolicyRequest.newBuilder()
                        .setName("team-a")
                        .build()));
    }

    @Test
    void a_token_is_made_read_changed_and_deleted_and_only_its_making_tells_the_secret() {
        apply("team-a");
        apply("team-b");
        CreateAclTokenResponse made = acl().createAclToken(client("team-a"));
        String id = made.getToken().getAccessorId();

        assertThat(made.getSecret()).startsWith("gantry_");
        assertThat(made.getToken().hasCreateTime()).isTrue();
        AclToken updated = acl().updateAclToken(UpdateAclTokenRequest.newBuilder()
                        .setAccessorId(id)
                        .setName("new name")
                        .addPolicies("team-b")
                        .build())
                .getToken();
        assertThat(token(id)).isEqualTo(updated);
        assertThat(updated.getPoliciesList()).containsExactly("team-b");
        acl().deleteAclToken(DeleteAclTokenRequest.newBuilder()
                .setAccessorId(id.substring(0, 8))
                .build());
        assertRefused(Status.Code.NOT_FOUND, "No token", () -> token(id));
    }

    @Test
    void a_token_tells_which_of_its_policies_were_deleted() {
        apply("team-a");
        apply("team-b");
        CreateAclTokenRequest request =
                client("team-a").toBuilder().addPolicies("team-b").build();
        String id = acl().createAclToken(request).getToken().getAccessorId();
        assertThat(token(id).getMissingPoliciesList()).isEmpty();

        acl().deleteAclPolicy(
                        DeleteAclPolicyRequest.newBuilder().setName("team-a").build());

        assertThat(token(id).getMissingPoliciesList()).containsExactly("team-a");
        assertThat(token(id.substring(0, 8))).isEqualTo(token(id));
        assertRefused(Status.Code.INVALID_ARGUMENT, "too short", () -> token(id.substring(0, 3)));
    }

    @Test
    void lists_come_in_pages_in_their_order() {
        List<String> policies = List.of("a", "b", "c");
        policies.forEach(this::apply);
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tokens.add(acl().createAclToken(client("a")).getToken().getAccessorId());
        }

        List<String> listedPolicies = new ArrayList<>();
        ListAclPoliciesResponse policyPage = ListAclPoliciesResponse.getDefaultInstance();
        do {
            policyPage = acl().listAclPolicies(ListAclPoliciesRequest.newBuilder()
                    .setPageSize(2)
                    .setPageToken(policyPage.getNextPageToken())
                    .build());
            policyPage.getPoliciesList().forEach(policy -> listedPolicies.add(policy.getName()));
        } while (!policyPage.getNextPageToken().isEmpty());
        List<String> listedTokens = new ArrayList<>();
        ListAclTokensResponse tokenPage = ListAclTokensResponse.getDefaultInstance();
        do {
            tokenPage = acl().listAclTokens(ListAclTokensRequest.newBuilder()
                    .setPageSize(2)
                    .setPageToken(tokenPage.getNextPageToken())
                    .build());
            tokenPage.getTokensList().forEach(token -> listedTokens.add(token.getAccessorId()));
        } while (!tokenPage.getNextPageToken().isEmpty());

        assertThat(listedPolicies).isEqualTo(policies);
        assertThat(listedTokens).isSorted().containsAll(tokens);
    }

    @Test
    void wrong_requests_are_refused_by_field() {
        apply("team-a");
        assertInvalid(
                "policies: is empty", CreateAclTokenRequest.newBuilder().setType(AclTokenType.ACL_TOKEN_TYPE_CLIENT));
        assertInvalid("policies: is not empty", client("team-a").toBuilder().setType(AclTokenType.ACL_TOKEN_TYPE_JOIN));
        assertInvalid("policies[0]: there is no policy \"x\"", client("x").toBuilder());
        assertInvalid(
                "policies[1]: \"team-a\" is named twice",
                client("team-a").toBuilder().addPolicies("team-a"));
        assertInvalid("type: is missing", client("team-a").toBuilder().clearType());
        assertInvalid(
                "name: is 257 characters long; the limit is 256",
                client("team-a").toBuilder().setName("x".repeat(257)));
        assertInvalid(
                "time_to_live: is not between 1 s and 10 years",
                client("team-a").toBuilder().setTimeToLive(Duration.newBuilder().setNanos(1)));
        assertInvalid(
                "time_to_live: is not between 1 s and 10 years",
                client("team-a").toBuilder().setTimeToLive(Duration.newBuilder().setSeconds(Long.MAX_VALUE)));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "policy.name: ",
                () -> acl().applyAclPolicy(ApplyAclPolicyRequest.newBuilder()
                        .setPolicy(AclPolicy.newBuilder().setName("no name"))
                        .build()));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "proof: is 5 characters long; it must have 32 to 128",
                () -> acl().bootstrapAcl(BootstrapAclRequest.newBuilder()
                        .setProof("short")
                        .build()));
        assertRefused(
                Status.Code.PERMISSION_DENIED,
                "There is no file \"bootstrap\" in the server's data directory",
                () -> acl().bootstrapAcl(BootstrapAclRequest.newBuilder()
                        .setProof("x".repeat(32))
                        .build()));
    }

    private void assertInvalid(String why, CreateAclTokenRequest.Builder request) {
        assertRefused(Status.Code.INVALID_ARGUMENT, why, () -> acl().createAclToken(request.build()));
    }

    private static void assertRefused(Status.Code code, String why, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refusal -> assertThat(refusal.getStatus().getCode()).isEqualTo(code))
                .hasMessageContaining(why);
    }

    private static CreateAclTokenRequest client(String policy) {
        return CreateAclTokenRequest.newBuilder()
                .setType(AclTokenType.ACL_TOKEN_TYPE_CLIENT)
                .addPolicies(policy)
                .build();
    }

    private AclToken token(String accessorId) {
        return acl().getAclToken(GetAclTokenRequest.newBuilder()
                        .setAccessorId(accessorId)
                        .build())
                .getToken();
    }

    private AclPolicy apply(String name) {
        return acl().applyAclPolicy(ApplyAclPolicyRequest.newBuilder()
                        .setPolicy(AclPolicy.newBuilder()
                                .setName(name)
                                .addJobs(AclJobRule.newBuilder()
                                        .setJobGlob("*")
                                        .addCapabilities(AclCapability.ACL_CAPABILITY_READ)))
                        .build())
                .getPolicy();
    }

    private AclServiceBlockingStub acl() {
        try {
            return AclServiceGrpc.newBlockingStub(server.channel(server.managementToken()))
                    .withDeadlineAfter(30, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
