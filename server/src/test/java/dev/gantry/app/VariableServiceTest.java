package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.rpc.ErrorInfo;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AclServiceGrpc.AclServiceBlockingStub;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.AclVariableCapability;
import dev.gantry.v1.AclVariableRule;
import dev.gantry.v1.ApplyAclPolicyRequest;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.DeleteVariableRequest;
import dev.gantry.v1.GetVariableRequest;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.ListJobsRequest;
import dev.gantry.v1.ListVariableKeysRequest;
import dev.gantry.v1.ListVariablesRequest;
import dev.gantry.v1.ListVariablesResponse;
import dev.gantry.v1.PutVariableRequest;
import dev.gantry.v1.RotateVariableKeyRequest;
import dev.gantry.v1.Variable;
import dev.gantry.v1.VariableServiceGrpc;
import dev.gantry.v1.VariableServiceGrpc.VariableServiceBlockingStub;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the calls for variables. */
@Timeout(60)
class VariableServiceTest {

    private static final String SECRET = "correct-horse-battery-staple";

    @TempDir
    Path dir;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.startClosed(dir);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void a_variable_is_stored_read_listed_and_deleted() throws IOException {
        Variable stored = put("jobs/web", Map.of("db", SECRET));

        assertThat(stored.getItemsMap()).isEmpty();
        assertThat(get("jobs/web"))
                .isEqualTo(stored.toBuilder().putItems("db", SECRET).build());
        assertThat(list(management(), "jobs/", 10)).containsExactly(stored);
        delete("jobs/web");
        assertRefused(Status.Code.NOT_FOUND, "No variable \"jobs/web\"", () -> get("jobs/web"));
        assertRefused(Status.Code.NOT_FOUND, "No variable \"jobs/web\"", () -> delete("jobs/web"));
    }

    @Test
    void a_conflict_names_both_indexes() throws IOException {
        long index = put("jobs/web", Map.of("db", SECRET)).getModifyIndex();
        PutVariableRequest.Builder put =
                PutVariableRequest.newBuilder().setPath("jobs/web").putItems("db", "new");

        assertThatThrownBy(() -> management().putVariable(put.setCheckIndex(0).build()))
                .isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
                    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
                    ErrorInfo info = unpack(refusal);
                    assertThat(info.getReason()).isEqualTo("CHECK_INDEX_MISMATCH");
                    assertThat(info.getMetadataMap())
                            .containsEntry("check_index", "0")
                            .containsEntry("modify_index", Long.toString(index));
                });
        management().putVariable(put.setCheckIndex(index).build());
        assertRefused(
                Status.Code.ABORTED,
                "someone changed it",
                () -> management()
                        .deleteVariable(DeleteVariableRequest.newBuilder()
                                .setPath("jobs/web")
                                .setCheckIndex(index)
                                .build()));
    }

    @Test
    void wrong_requests_are_refused_by_field_without_a_value() throws IOException {
        assertInvalid("path: is missing", PutVariableRequest.newBuilder().putItems("k", SECRET));
        assertInvalid("path: \"/jobs\" is no path", request().setPath("/jobs"));
        assertInvalid(
                "path: \"nomad/jobs/web\" is a path of Nomad: write jobs/web, where jobs find it",
                request().setPath("nomad/jobs/web"));
        assertInvalid("items: is empty", request().clearItems());
        assertInvalid("items: \"a b\" is no key", request().putItems("a b", SECRET));
        assertInvalid("items.nul: has a zero byte in it", request().putItems("nul", SECRET + "\0"));
        assertInvalid("bytes of keys and values; the limit is 65536", request().putItems("big", SECRET.repeat(10_000)));
        assertInvalid("check_index: is -1; it must be 0 or more", request().setCheckIndex(-1));
        assertRefused(
                Status.Code.INVALID_ARGUMENT,
                "check_index: is 0; it must be 1 or more",
                () -> management()
                        .deleteVariable(DeleteVariableRequest.newBuilder()
                                .setPath("jobs/web")
                                .setCheckIndex(0)
                                .build()));
        assertRefused(Status.Code.INVALID_ARGUMENT, "path: \"a//b\" is no path", () -> get("a//b"));
    }

    @Test
    void the_largest_variable_is_stored() throws IOException {
        PutVariableRequest.Builder largest = PutVariableRequest.newBuilder().setPath("v".repeat(256));
        for (int i = 0; i < 1000; i++) {
            largest.putItems("k%03d".formatted(i), "x".repeat(61));
        }

        management().putVariable(largest.build());

        assertThat(get("v".repeat(256)).getItemsMap()).isEqualTo(largest.getItemsMap());
    }

    @Test
    void a_token_sees_only_what_its_policy_allows() throws IOException {
        put("team-a/db", Map.of("k", SECRET));
        put("team-a/web", Map.of("k", SECRET));
        put("team-b/db", Map.of("k", SECRET));
        VariableServiceBlockingStub lists = token("team-a/*", AclVariableCapability.ACL_VARIABLE_CAPABILITY_LIST);
        VariableServiceBlockingStub reads = token("team-a/db", AclVariableCapability.ACL_VARIABLE_CAPABILITY_READ);
        VariableServiceBlockingStub writes = token("team-a/*", AclVariableCapability.ACL_VARIABLE_CAPABILITY_WRITE);

        assertThat(list(lists, "", 1).stream().map(Variable::getPath)).containsExactly("team-a/db", "team-a/web");
        assertRefused(
                Status.Code.PERMISSION_DENIED,
                "The token lacks the capability read on variable \"team-a/db\"",
                () -> lists.getVariable(request("team-a/db")));
        assertRefused(
                Status.Code.NOT_FOUND, "No variable \"team-b/db\"", () -> lists.getVariable(request("team-b/db")));
        assertRefused(Status.Code.NOT_FOUND, "No variable \"none\"", () -> lists.getVariable(request("none")));
        assertThat(reads.getVariable(request("team-a/db")).getVariable().getItemsMap())
                .containsValue(SECRET);
        assertRefused(
                Status.Code.NOT_FOUND, "No variable \"team-a/web\"", () -> reads.getVariable(request("team-a/web")));
        assertThat(list(writes, "", 10)).isEmpty();
        writes.putVariable(request().setPath("team-a/new").build());
        for (String path : List.of("team-b/db", "team-b/none")) {
            assertRefused(
                    Status.Code.PERMISSION_DENIED,
                    "The token lacks the capability write on variable \"%s\"".formatted(path),
                    () -> writes.putVariable(request().setPath(path).build()));
        }
    }

    @Test
    void a_rotation_is_finished_by_the_server_itself() throws IOException {
        put("jobs/web", Map.of("db", SECRET));

        var answer = management().rotateVariableKey(RotateVariableKeyRequest.getDefaultInstance());

        assertThat(answer.getKey().getPrimary()).isTrue();
        assertThat(answer.getVariablesToEncrypt()).isEqualTo(1);
        eventually()
                .untilAsserted(() -> assertThat(management()
                                .listVariableKeys(ListVariableKeysRequest.getDefaultInstance())
                                .getKeysList())
                        .containsExactly(
                                answer.getKey().toBuilder().setVariables(1).build()));
        assertThat(get("jobs/web").getItemsMap()).containsEntry("db", SECRET);
    }

    @Test
    void a_server_without_its_keyring_says_how_to_restore_it_and_does_all_else() throws IOException {
        put("jobs/web", Map.of("db", SECRET));
        server.stop();
        Path file = dir.resolve("server/keyring/variables.json");
        Path saved = Files.move(file, dir.resolve("saved"));
        server.startInPlace(false);

        String why =
                "The keyring %s is missing: put its file back from a backup and start the server again".formatted(file);
        assertRefused(Status.Code.FAILED_PRECONDITION, why, () -> get("jobs/web"));
        assertRefused(Status.Code.FAILED_PRECONDITION, why, () -> put("jobs/db", Map.of("k", SECRET)));
        assertThat(list(management(), "", 10)).hasSize(1);
        assertThat(JobServiceGrpc.newBlockingStub(server.channel(server.managementToken()))
                        .listJobs(ListJobsRequest.getDefaultInstance())
                        .getJobsList())
                .isEmpty();
        server.stop();
        Files.move(saved, file);
        server.startInPlace(false);
        assertThat(get("jobs/web").getItemsMap()).containsEntry("db", SECRET);
    }

    private void assertInvalid(String why, PutVariableRequest.Builder request) {
        assertRefused(Status.Code.INVALID_ARGUMENT, why, () -> management().putVariable(request.build()));
    }

    private static void assertRefused(Status.Code code, String why, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(StatusRuntimeException.class, refusal -> {
                    assertThat(refusal.getStatus().getCode()).isEqualTo(code);
                    assertThat(String.valueOf(refusal.getTrailers())).doesNotContain(SECRET);
                })
                .hasMessageContaining(why)
                .hasMessageNotContaining(SECRET);
    }

    private static ErrorInfo unpack(StatusRuntimeException refusal) {
        try {
            return StatusProto.fromThrowable(refusal).getDetails(0).unpack(ErrorInfo.class);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Variable put(String path, Map<String, String> items) throws IOException {
        return management()
                .putVariable(PutVariableRequest.newBuilder()
                        .setPath(path)
                        .putAllItems(items)
                        .build())
                .getVariable();
    }

    private Variable get(String path) throws IOException {
        return management().getVariable(request(path)).getVariable();
    }

    private void delete(String path) throws IOException {
        var unused = management()
                .deleteVariable(DeleteVariableRequest.newBuilder().setPath(path).build());
    }

    /** Lists all pages. */
    private static List<Variable> list(VariableServiceBlockingStub caller, String prefix, int pageSize) {
        List<Variable> all = new ArrayList<>();
        ListVariablesResponse page = ListVariablesResponse.getDefaultInstance();
        do {
            page = caller.listVariables(ListVariablesRequest.newBuilder()
                    .setPrefix(prefix)
                    .setPageSize(pageSize)
                    .setPageToken(page.getNextPageToken())
                    .build());
            all.addAll(page.getVariablesList());
        } while (!page.getNextPageToken().isEmpty());
        return all;
    }

    private static PutVariableRequest.Builder request() {
        return PutVariableRequest.newBuilder().setPath("jobs/web").putItems("k", SECRET);
    }

    private static GetVariableRequest request(String path) {
        return GetVariableRequest.newBuilder().setPath(path).build();
    }

    private VariableServiceBlockingStub management() throws IOException {
        return caller(server.managementToken());
    }

    private VariableServiceBlockingStub token(String glob, AclVariableCapability capability) throws IOException {
        AclServiceBlockingStub acl = AclServiceGrpc.newBlockingStub(server.channel(server.managementToken()));
        String name = "policy-" + capability.getNumber();
        acl.applyAclPolicy(ApplyAclPolicyRequest.newBuilder()
                .setPolicy(AclPolicy.newBuilder()
                        .setName(name)
                        .addVariables(
                                AclVariableRule.newBuilder().setPathGlob(glob).addCapabilities(capability)))
                .build());
        return caller(acl.createAclToken(CreateAclTokenRequest.newBuilder()
                        .setType(AclTokenType.ACL_TOKEN_TYPE_CLIENT)
                        .addPolicies(name)
                        .build())
                .getSecret());
    }

    private VariableServiceBlockingStub caller(String secret) {
        return VariableServiceGrpc.newBlockingStub(server.channel(secret)).withDeadlineAfter(30, TimeUnit.SECONDS);
    }
}
