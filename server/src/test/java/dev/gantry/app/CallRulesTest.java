package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.gantry.access.AccessWords;
import dev.gantry.api.access.CallRule;
import dev.gantry.api.access.CallRule.Audience;
import dev.gantry.api.access.CallRules;
import dev.gantry.api.access.Owners;
import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobRule;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AclServiceGrpc.AclServiceBlockingStub;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.AclVariableCapability;
import dev.gantry.v1.AclVariableRule;
import dev.gantry.v1.ApplyAclPolicyRequest;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.PutVariableRequest;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.UpdateStrategy;
import dev.gantry.v1.VariableServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Makes each call of a server without a token, with a useless one, and with each capability alone, and compares what
 * happens with the table in docs/security.md.
 */
@Timeout(240)
class CallRulesTest {

    private static final Path PAGE = Path.of("../docs/security.md");
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| `([^`]+)` \\| (.+) \\| (yes|) ?\\|");
    private static final Pattern NEEDED =
            Pattern.compile("`([a-z]+)` on (the job|the [a-z]+'s job)(; without a job.*)?");

    private static final Pattern NEEDED_ON_VARIABLE = Pattern.compile("`([a-z]+)` on the variable");

    /** Calls that may make a job or a variable: their refusals do not depend on whether it exists. */
    private static final Set<String> MAKING = Set.of("SubmitJob", "PlanJob", "ValidateJob", "PutVariable");

    @RegisterExtension
    private final TestServer server = TestServer.closedExtension();

    private final CallRules rules = new CallRules(new NoOwners());
    private final Map<String, String> ids = new LinkedHashMap<>();
    private Channel management;
    private FakeNode node;

    /** Finds nothing: only the rows of the table are looked at. */
    static final class NoOwners implements Owners {

        @Override
        public Owned allocation(String idOrPrefix, Predicate<String> jobs) {
            throw new IllegalStateException();
        }

        @Override
        public Owned deployment(String idOrPrefix, Predicate<String> jobs) {
            throw new IllegalStateException();
        }

        @Override
        public Owned evaluation(String idOrPrefix, Predicate<String> jobs) {
            throw new IllegalStateException();
        }
    }

    @BeforeEach
    void runAJob() throws IOException {
        management = server.channel(server.managementToken());
        node = FakeNode.in("dc1", "one").runningTasks();
        node.connect(server.channel(), node.headers(Optional.of(server.joinToken())));
        Job job = TestJobs.job("secret", "dc1").toBuilder()
                .setUpdate(UpdateStrategy.newBuilder().setMaxParallel(1))
                .build();
        JobServiceGrpc.newBlockingStub(management)
                .submitJob(SubmitJobRequest.newBuilder().setJob(job).build());
        GetJobResponse known = eventually()
                .until(
                        () -> JobServiceGrpc.newBlockingStub(management)
                                .getJob(GetJobRequest.newBuilder()
                                        .setJobId("secret")
                                        .build()),
                        answer -> answer.getAllocationsCount() > 0 && answer.hasDeployment());
        ids.put("job_id", "secret");
        ids.put("allocation_id", known.getAllocations(0).getId());
        ids.put("deployment_id", known.getDeployment().getId());
        ids.put("evaluation_id", known.getEvaluation().getId());
        ids.put("node_id", node.id());
        ids.put("name", "any");
        ids.put("path", "team/secret");
        VariableServiceGrpc.newBlockingStub(management)
                .putVariable(PutVariableRequest.newBuilder()
                        .setPath("team/secret")
                        .putItems("key", "value")
                        .build());
        ids.put("accessor_id", "5b1b6a39-0000-4000-8000-000000000000");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void each_call_of_the_server_has_a_rule() throws Exception {
        Set<String> served = new TreeSet<>();
        for (String service : reflect(ServerReflectionRequest.newBuilder().setListServices(""))
                .getListServicesResponse()
                .getServiceList()
                .stream()
                .map(found -> found.getName())
                .toList()) {
            served.addAll(methods(service));
        }

        assertThat(rules.all().stream().map(rule -> rule.method().getFullMethodName()))
                .containsExactlyInAnyOrderElementsOf(served);
    }

    @Test
    void the_page_has_the_table_of_the_rules() throws IOException {
        assertThat(rows())
                .as("the table in %s", PAGE)
                .containsExactlyElementsOf(
                        rules.all().stream().map(CallRulesTest::row).toList());
    }

    @Test
    void each_call_is_audited_unless_it_only_reads() {
        assertThat(rules.all().stream()
                        .filter(rule -> !rule.isAudited())
                        .map(rule -> rule.method().getBareMethodName())
                        .filter(name -> !name.matches("(Get|List|Watch).*")))
                .containsExactlyInAnyOrder(
                        "PlanJob", "ValidateJob", "ParseJob", "WhatIf", "ServerReflectionInfo", "Check");
        assertThat(rules.all().stream()
                        .filter(CallRule::isAudited)
                        .map(rule -> rule.method().getBareMethodName()))
                .contains("SubmitJob", "StreamLogs", "Connect", "BootstrapAcl", "CreateAclToken", "DrainNode");
    }

    @Test
    void a_call_without_a_token_is_refused_unless_it_needs_none() {
        for (CallRule rule : rules.all()) {
            Status status = call(server.channel(), rule.method());
            if (rule.audience() == Audience.HOLDERS) {
                assertThat(status.getCode()).as(rule.needs()).isEqualTo(Status.Code.UNAUTHENTICATED);
            } else if (rule.audience() == Audience.EVERYONE) {
                assertThat(status.getCode()).as(rule.needs()).isNotEqualTo(Status.Code.UNAUTHENTICATED);
            }
        }
    }

    @Test
    void a_token_allows_what_the_table_says_and_nothing_else() {
        Map<String, Channel> tokens = new LinkedHashMap<>();
        tokens.put("nothing", token("nothing", AclPolicy.newBuilder()));
        for (AclCapability capability :
                EnumSet.range(AclCapability.ACL_CAPABILITY_LIST, AclCapability.ACL_CAPABILITY_SIGNAL)) {
            String word = AccessWords.of(capability);
            tokens.put(
                    word,
                    token(
                            word,
                            AclPolicy.newBuilder()
                                    .addJobs(AclJobRule.newBuilder()
                                            .setJobGlob("secret")
                                            .addCapabilities(capability))));
        }
        for (AclVariableCapability capability : EnumSet.range(
                AclVariableCapability.ACL_VARIABLE_CAPABILITY_LIST,
                AclVariableCapability.ACL_VARIABLE_CAPABILITY_DESTROY)) {
            String word = "variable:" + AccessWords.of(capability);
            tokens.put(
                    word,
                    token(
                            word.replace(':', '-'),
                            AclPolicy.newBuilder()
                                    .addVariables(AclVariableRule.newBuilder()
                                            .setPathGlob("team/*")
                                            .addCapabilities(capability))));
        }
        for (AclAccess access : List.of(AclAccess.ACL_ACCESS_READ, AclAccess.ACL_ACCESS_WRITE)) {
            String word = AccessWords.of(access);
            tokens.put(
                    "node:" + word, token("node-" + word, AclPolicy.newBuilder().setNode(access)));
            tokens.put(
                    "operator:" + word,
                    token("operator-" + word, AclPolicy.newBuilder().setOperator(access)));
        }
        tokens.put("management", management);

        List<String> wrong = new ArrayList<>();
        for (CallRule rule : rules.all()) {
            if (rule.audience() != Audience.NODES) {
                tokens.forEach((word, channel) -> {
                    String got = outcome(call(channel, rule.method()));
                    String expected = expected(rule, word);
                    if (!got.equals(expected)) {
                        wrong.add("%s with %s: %s, not %s"
                                .formatted(rule.method().getFullMethodName(), word, got, expected));
                    }
                });
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Returns what a row of the table means for a token that has one capability. */
    private static String expected(CallRule rule, String has) {
        String needs = rule.needs();
        Matcher onJob = NEEDED.matcher(needs);
        if (has.equals("management") || needs.equals("nothing") || needs.startsWith("any token")) {
            return "allowed";
        }
        if (onJob.matches()) {
            if (has.equals(onJob.group(1))) {
                return "allowed";
            }
            boolean visible = has.equals("read") || has.equals("list");
            return visible || MAKING.contains(rule.method().getBareMethodName()) ? "PERMISSION_DENIED" : "NOT_FOUND";
        }
        Matcher onVariable = NEEDED_ON_VARIABLE.matcher(needs);
        if (onVariable.matches()) {
            if (has.equals("variable:" + onVariable.group(1))) {
                return "allowed";
            }
            boolean visible = has.equals("variable:read") || has.equals("variable:list");
            return visible || MAKING.contains(rule.method().getBareMethodName()) ? "PERMISSION_DENIED" : "NOT_FOUND";
        }
        if (needs.equals("`" + has + "`")
                || (needs.equals("`operator:read`") && has.equals("operator:write"))
                || (needs.equals("`node:read`") && has.equals("node:write"))
                || (needs.startsWith("`node:read`; `plan` on each job") && has.startsWith("node:"))) {
            return "allowed";
        }
        return "PERMISSION_DENIED";
    }

    private static String outcome(Status status) {
        String why = String.valueOf(status.getDescription());
        boolean unknown = status.getCode() == Status.Code.NOT_FOUND
                && Stream.of("job \"secret\"", "allocation", "deployment", "evaluation", "variable \"team/secret\"")
                        .anyMatch(kind -> why.startsWith("No " + kind));
        boolean denied =
                status.getCode() == Status.Code.PERMISSION_DENIED && !why.contains("bootstrap\" in the data directory");
        return unknown || denied || status.getCode() == Status.Code.UNAUTHENTICATED
                ? status.getCode().name()
                : "allowed";
    }

    private Channel token(String name, AclPolicy.Builder policy) {
        AclServiceBlockingStub acl = AclServiceGrpc.newBlockingStub(management);
        acl.applyAclPolicy(ApplyAclPolicyRequest.newBuilder()
                .setPolicy(policy.setName(name))
                .build());
        return server.channel(acl.createAclToken(CreateAclTokenRequest.newBuilder()
                        .setName(name)
                        .setType(AclTokenType.ACL_TOKEN_TYPE_CLIENT)
                        .addPolicies(name)
                        .build())
                .getSecret());
    }

    /** Makes a call for the objects of the job, and returns how it ends; OK once it has sent a message. */
    private <Q, A> Status call(Channel channel, MethodDescriptor<Q, A> method) {
        CompletableFuture<Status> end = new CompletableFuture<>();
        ClientCall<Q, A> call = channel.newCall(method, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS));
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(A message) {
                        end.complete(Status.OK);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        call.request(1);
        call.sendMessage(request(method));
        call.halfClose();
        Status status = end.orTimeout(30, TimeUnit.SECONDS).join();
        call.cancel("The answer has come", null);
        return status;
    }

    @SuppressWarnings("unchecked") // The prototype of a method's request is of its type.
    private <Q> Q request(MethodDescriptor<Q, ?> method) {
        Message.Builder request = ((Message)
                        ((PrototypeMarshaller<Q>) method.getRequestMarshaller()).getMessagePrototype())
                .newBuilderForType();
        for (FieldDescriptor field : request.getDescriptorForType().getFields()) {
            if (ids.containsKey(field.getName())) {
                request.setField(field, ids.get(field.getName()));
            } else if (field.getName().equals("job")) {
                request.setField(field, TestJobs.job("secret", "dc1"));
            }
        }
        if (Set.of("DeleteVariable", "PurgeJob").contains(method.getBareMethodName())) {
            // It stays for the next token.
            request.setField(request.getDescriptorForType().findFieldByName("check_index"), Long.MAX_VALUE);
        }
        if (method.getBareMethodName().equals("ListJobs")) {
            return (Q) request.getDefaultInstanceForType();
        }
        return (Q) request.build();
    }

    private Set<String> methods(String service) throws InvalidProtocolBufferException {
        ServerReflectionResponse answer =
                reflect(ServerReflectionRequest.newBuilder().setFileContainingSymbol(service));
        String simple = service.substring(service.lastIndexOf('.') + 1);
        Set<String> methods = new TreeSet<>();
        for (var bytes : answer.getFileDescriptorResponse().getFileDescriptorProtoList()) {
            FileDescriptorProto file = FileDescriptorProto.parseFrom(bytes);
            if (service.equals(file.getPackage() + "." + simple)
                    || file.getServiceList().stream()
                            .anyMatch(found -> found.getName().equals(simple))) {
                file.getServiceList().stream()
                        .filter(found -> found.getName().equals(simple))
                        .flatMap(found -> found.getMethodList().stream())
                        .map(MethodDescriptorProto::getName)
                        .forEach(method -> methods.add(service + "/" + method));
            }
        }
        if (methods.isEmpty()) {
            fail("The server does not describe " + service);
        }
        return methods;
    }

    private ServerReflectionResponse reflect(ServerReflectionRequest.Builder question) {
        CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> questions = ServerReflectionGrpc.newStub(management)
                .serverReflectionInfo(new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                });
        questions.onNext(question.build());
        ServerReflectionResponse response =
                answer.orTimeout(30, TimeUnit.SECONDS).join();
        questions.onCompleted();
        return response;
    }

    private static String row(CallRule rule) {
        return "| `%s` | `%s` | %s | %s|"
                .formatted(
                        rule.method().getServiceName(),
                        rule.method().getBareMethodName(),
                        rule.needs(),
                        rule.isAudited() ? "yes " : "");
    }

    private static List<String> rows() throws IOException {
        return Files.readString(PAGE)
                .lines()
                .filter(line -> ROW.matcher(line).matches())
                .collect(Collectors.toList());
    }
}
