package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclToken;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.AclVariableCapability;
import dev.gantry.v1.AclVariableRule;
import dev.gantry.v1.ApplyAclPolicyRequest;
import dev.gantry.v1.ApplyAclPolicyResponse;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.CreateAclTokenResponse;
import dev.gantry.v1.DeleteAclPolicyResponse;
import dev.gantry.v1.DeleteAclTokenRequest;
import dev.gantry.v1.DeleteAclTokenResponse;
import dev.gantry.v1.GetAclPolicyResponse;
import dev.gantry.v1.GetAclTokenResponse;
import dev.gantry.v1.GetOwnAclTokenResponse;
import dev.gantry.v1.JobRefusal;
import dev.gantry.v1.ListAclPoliciesResponse;
import dev.gantry.v1.ListAclTokensResponse;
import dev.gantry.v1.PlanJobResponse;
import dev.gantry.v1.UpdateAclTokenRequest;
import dev.gantry.v1.UpdateAclTokenResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AclCommandsTest {

    private static final String TEAM = """
            description = "The jobs of team A"

            job "team-a-*" {
              policy = "submit"
              deny   = ["host-volumes", "root"]
            }
            job "team-a-db" { capabilities = ["list", "logs"] }
            job "*" { policy = "deny" }

            variables "team-a/*" {
              policy       = "list"
              capabilities = ["destroy"]
            }
            variables "jobs/team-a-*" { policy = "write" }
            variables "*" { policy = "deny" }

            node     { policy = "read" }
            operator { policy = "deny" }
            """;

    private static final AclPolicy POLICY = AclPolicy.newBuilder()
            .setName("team-a")
            .setDescription("The jobs of team A")
            .addJobs(AclJobRule.newBuilder()
                    .setJobGlob("team-a-*")
                    .addCapabilities(AclCapability.ACL_CAPABILITY_LIST)
                    .addCapabilities(AclCapability.ACL_CAPABILITY_READ)
                    .addCapabilities(AclCapability.ACL_CAPABILITY_PLAN)
                    .addCapabilities(AclCapability.ACL_CAPABILITY_SUBMIT)
                    .addCapabilities(AclCapability.ACL_CAPABILITY_DISPATCH)
                    .addCapabilities(AclCapability.ACL_CAPABILITY_SCALE)
                    .addCapabilities(AclCapability.ACL_CAPABILITY_STOP)
                    .addCapabilities(AclCapability.ACL_CAPABILITY_LOGS)
                    .addDeniedFeatures(AclJobFeature.ACL_JOB_FEATURE_HOST_VOLUMES)
                    .addDeniedFeatures(AclJobFeature.ACL_JOB_FEATURE_ROOT))
            .addJobs(AclJobRule.newBuilder()
                    .setJobGlob("team-a-db")
                    .addCapabilities(AclCapability.ACL_CAPABILITY_LIST)
                    .addCapabilities(AclCapability.ACL_CAPABILITY_LOGS))
            .addJobs(AclJobRule.newBuilder().setJobGlob("*"))
            .addVariables(AclVariableRule.newBuilder()
                    .setPathGlob("team-a/*")
                    .addCapabilities(AclVariableCapability.ACL_VARIABLE_CAPABILITY_LIST)
                    .addCapabilities(AclVariableCapability.ACL_VARIABLE_CAPABILITY_DESTROY))
            .addVariables(AclVariableRule.newBuilder()
                    .setPathGlob("jobs/team-a-*")
                    .addCapabilities(AclVariableCapability.ACL_VARIABLE_CAPABILITY_LIST)
                    .addCapabilities(AclVariableCapability.ACL_VARIABLE_CAPABILITY_READ)
                    .addCapabilities(AclVariableCapability.ACL_VARIABLE_CAPABILITY_WRITE)
                    .addCapabilities(AclVariableCapability.ACL_VARIABLE_CAPABILITY_DESTROY))
            .addVariables(AclVariableRule.newBuilder().setPathGlob("*"))
            .setNode(AclAccess.ACL_ACCESS_READ)
            .setOperator(AclAccess.ACL_ACCESS_DENY)
            .build();

    private static final AclToken TOKEN = AclToken.newBuilder()
            .setAccessorId("3f1c9a52-5c1e-4b0a-9d2e-6f0f4d6f8f11")
            .setName("ci")
            .setType(AclTokenType.ACL_TOKEN_TYPE_CLIENT)
            .addPolicies("team-a")
            .setCreateTime(Timestamp.newBuilder().setSeconds(1_770_000_000))
            .build();

    @TempDir
    Path dir;

    @AutoClose
    private final ScriptedCluster cluster = new ScriptedCluster();

    @Test
    void a_policy_is_read_from_hcl_and_applied() {
        cluster.on(
                "ApplyAclPolicy",
                (ApplyAclPolicyRequest request) -> List.of(ApplyAclPolicyResponse.newBuilder()
                        .setPolicy(request.getPolicy())
                        .build()));

        CliRun run = CliRun.of(Map.of("GANTRY_ADDR", cluster.address()), TEAM, "acl", "policy", "apply", "team-a", "-");

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo("==> Policy \"team-a\" is in force\n");
        assertThat(cluster.requests())
                .containsExactly(
                        ApplyAclPolicyRequest.newBuilder().setPolicy(POLICY).build());
    }

    @Test
    void a_policy_that_is_shown_can_be_applied_again() {
        cluster.answers(
                "GetAclPolicy",
                GetAclPolicyResponse.newBuilder().setPolicy(POLICY).build());
        cluster.answers("ApplyAclPolicy", ApplyAclPolicyResponse.getDefaultInstance());

        String shown = CliRun.of(cluster, "acl", "policy", "read", "team-a").out();
        CliRun run =
                CliRun.of(Map.of("GANTRY_ADDR", cluster.address()), shown, "acl", "policy", "apply", "team-a", "-");

        assertThat(run.err()).isEmpty();
        assertThat(shown).contains("policy = \"submit\"").doesNotContain("\"dispatch\"");
        assertThat(cluster.requests().get(1))
                .isEqualTo(ApplyAclPolicyRequest.newBuilder().setPolicy(POLICY).build());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            job "a" { polcy = "read" }                            | 1:11: unknown key "polcy" in a job block: did you mean "policy"?
            job "a" { policy = "all" }                            | 1:20: policy must be "deny" or "read" or "submit" or "write", not "all"
            job "a" { capabilities = ["list", "sudo"] }           | 1:35: capabilities must be
            job "a" { capabilities = ["list", "list"] }           | 1:35: list stands twice in capabilities: take one out
            job "a" { capabilities = "list" }                     | 1:26: capabilities must be a list
            job "a" { deny = ["root"] }                           | 1:1: job "a" does not say what is allowed
            job "a" { policy = "deny" capabilities = ["list"] }   | 1:1: job "a" is denied and has capabilities
            variables "a" { deny = ["root"] }                     | 1:17: unknown key "deny" in a variables block
            variables "a" { policy = "submit" }                   | 1:26: policy must be "deny" or "list" or "read" or "write", not "submit"
            variables "a" { }                                     | 1:1: variables "a" does not say what is allowed
            job { policy = "read" }                               | 1:1: job needs a name
            node { }                                              | 1:1: policy is missing
            node { policy = "list" }                              | 1:17: policy must be "deny" or "read" or "write", not "list"
            namespace "default" { policy = "read" }               | 1:1: namespace is not supported yet in a policy block: take it out
            # nothing                                             | 1:1: no rule here
            """)
    void a_fault_of_a_policy_is_said_where_it_is(String policy, String fault) {
        CliRun run = CliRun.of(Map.of("GANTRY_ADDR", cluster.address()), policy, "acl", "policy", "apply", "x", "-");

        assertThat(run.err()).startsWith("error: standard input:" + fault);
        assertThat(run.exitCode()).isEqualTo(GantryCli.FAILED);
        assertThat(cluster.requests()).isEmpty();
    }

    @Test
    void policies_are_listed_and_deleted() {
        cluster.answers(
                "ListAclPolicies",
                ListAclPoliciesResponse.newBuilder().addPolicies(POLICY).build());
        cluster.answers("DeleteAclPolicy", DeleteAclPolicyResponse.getDefaultInstance());

        assertThat(CliRun.of(cluster, "acl", "policy", "list").out()).isEqualTo("""
                        Name    Jobs                    Variables                   Node  Operator  Description
                        team-a  team-a-*, team-a-db, *  team-a/*, jobs/team-a-*, *  read  deny      The jobs of team A
                        """);
        assertThat(CliRun.of(cluster, "acl", "policy", "list", "--json").out()).contains("\"jobGlob\": \"team-a-*\"");
        assertThat(CliRun.of(cluster, "acl", "policy", "delete", "team-a").out())
                .isEqualTo("==> Policy \"team-a\" is deleted\n");
    }

    @Test
    void a_token_is_made_and_its_secret_printed() {
        cluster.answers(
                "CreateAclToken",
                CreateAclTokenResponse.newBuilder()
                        .setToken(TOKEN)
                        .setSecret("gantry_x")
                        .build());

        CliRun run = CliRun.of(
                cluster,
                "acl",
                "token",
                "create",
                "--name",
                "ci",
                "--policy",
                "team-a",
                "--policy",
                "b",
                "--ttl",
                "1h");

        assertThat(run.out()).isEqualTo("""
                        Accessor ID = 3f1c9a52-5c1e-4b0a-9d2e-6f0f4d6f8f11
                        Name        = ci
                        Type        = client
                        Policies    = team-a
                        Created     = 2026-02-02T02:40:00Z
                        Ends        = never
                        Secret      = gantry_x
                        """);
        assertThat(cluster.requests())
                .containsExactly(CreateAclTokenRequest.newBuilder()
                        .setName("ci")
                        .setType(AclTokenType.ACL_TOKEN_TYPE_CLIENT)
                        .addPolicies("team-a")
                        .addPolicies("b")
                        .setTimeToLive(Duration.newBuilder().setSeconds(3600))
                        .build());
    }

    @Test
    void the_secret_of_a_new_token_goes_to_a_new_file_of_the_user_alone() throws IOException {
        cluster.answers(
                "CreateAclToken",
                CreateAclTokenResponse.newBuilder()
                        .setToken(TOKEN)
                        .setSecret("gantry_x")
                        .build());
        cluster.answers("DeleteAclToken", DeleteAclTokenResponse.getDefaultInstance());
        Path file = dir.resolve("ci.token");

        CliRun run = CliRun.of(cluster, "acl", "token", "create", "--out", file.toString());

        assertThat(run.out()).endsWith("Secret      = in " + file + "\n").doesNotContain("gantry_x");
        assertThat(file).hasContent("gantry_x\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        CliRun again = CliRun.of(cluster, "acl", "token", "create", "--out", file.toString());
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains(file + " exists already");
        assertThat(cluster.requests()).hasSize(1);
        // A token whose secret nobody has is deleted.
        String nowhere = dir.resolve("none/ci.token").toString();
        CliRun lost = CliRun.of(cluster, "acl", "token", "create", "--json", "--out", nowhere);
        assertThat(lost.err()).contains("can't write " + nowhere, "No token was made");
        assertThat(cluster.requests())
                .last()
                .isEqualTo(DeleteAclTokenRequest.newBuilder()
                        .setAccessorId(TOKEN.getAccessorId())
                        .build());
    }

    @Test
    void a_policy_of_a_token_that_was_deleted_is_marked() {
        AclToken token =
                TOKEN.toBuilder().addPolicies("old").addMissingPolicies("old").build();
        cluster.answers(
                "GetOwnAclToken",
                GetOwnAclTokenResponse.newBuilder().setToken(token).build());

        assertThat(CliRun.of(cluster, "acl", "token", "self").out()).contains("Policies    = team-a, old (deleted)\n");
    }

    @Test
    void tokens_are_shown_changed_and_deleted() {
        String id = TOKEN.getAccessorId();
        cluster.answers(
                "ListAclTokens",
                ListAclTokensResponse.newBuilder().addTokens(TOKEN).build());
        cluster.answers(
                "GetAclToken", GetAclTokenResponse.newBuilder().setToken(TOKEN).build());
        cluster.answers(
                "GetOwnAclToken",
                GetOwnAclTokenResponse.newBuilder().setToken(TOKEN).build());
        cluster.answers(
                "UpdateAclToken",
                UpdateAclTokenResponse.newBuilder().setToken(TOKEN).build());
        cluster.answers("DeleteAclToken", DeleteAclTokenResponse.getDefaultInstance());

        assertThat(CliRun.of(cluster, "acl", "token", "list").out()).isEqualTo("""
                        Accessor ID                           Name  Type    Policies  Ends
                        3f1c9a52-5c1e-4b0a-9d2e-6f0f4d6f8f11  ci    client  team-a    never
                        """);
        String self = CliRun.of(cluster, "acl", "token", "self").out();
        assertThat(self).contains("Policies    = team-a\n");
        assertThat(CliRun.of(cluster, "acl", "token", "read", id).out()).isEqualTo(self);
        assertThat(CliRun.of(cluster, "acl", "token", "update", id, "--policy", "b")
                        .exitCode())
                .isZero();
        assertThat(CliRun.of(cluster, "acl", "token", "delete", id).out())
                .isEqualTo("==> Token %s is deleted\n".formatted(id));
        assertThat(cluster.requests())
                .contains(
                        UpdateAclTokenRequest.newBuilder()
                                .setAccessorId(id)
                                .setName("ci")
                                .addPolicies("b")
                                .build(),
                        DeleteAclTokenRequest.newBuilder().setAccessorId(id).build());
    }

    @Test
    void a_plan_shows_what_would_be_refused() {
        cluster.answers(
                "PlanJob",
                PlanJobResponse.newBuilder()
                        .addRefusals(JobRefusal.newBuilder()
                                .setField("task_groups[0].tasks[0].user")
                                .setDescription("root is denied by policy team-a: set a number"))
                        .build());

        CliRun run = CliRun.of(Map.of("GANTRY_ADDR", cluster.address()), "job \"web\" { }", "job", "plan", "-");

        assertThat(run.out()).contains("""
                        Refused for this token
                        standard input:1:1: group[0].task[0].user: root is denied by policy team-a: set a number
                            job "web" { }
                            ^
                        """);
    }
}
