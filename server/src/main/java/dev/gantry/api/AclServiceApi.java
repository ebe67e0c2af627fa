package dev.gantry.api;

import com.google.protobuf.util.Durations;
import dev.gantry.access.Caller;
import dev.gantry.access.PolicyChecks;
import dev.gantry.api.PageReader.Page;
import dev.gantry.api.PageToken.Field;
import dev.gantry.api.access.CallContext;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.access.AccessControl;
import dev.gantry.cluster.access.AccessRegistry;
import dev.gantry.cluster.access.AccessRegistry.TokenOptions;
import dev.gantry.cluster.access.Bootstrap;
import dev.gantry.model.FieldPath;
import dev.gantry.model.JoinToken;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclServiceGrpc.AclServiceImplBase;
import dev.gantry.v1.AclToken;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.ApplyAclPolicyRequest;
import dev.gantry.v1.ApplyAclPolicyResponse;
import dev.gantry.v1.BootstrapAclRequest;
import dev.gantry.v1.BootstrapAclResponse;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.CreateAclTokenResponse;
import dev.gantry.v1.DeleteAclPolicyRequest;
import dev.gantry.v1.DeleteAclPolicyResponse;
import dev.gantry.v1.DeleteAclTokenRequest;
import dev.gantry.v1.DeleteAclTokenResponse;
import dev.gantry.v1.GetAclPolicyRequest;
import dev.gantry.v1.GetAclPolicyResponse;
import dev.gantry.v1.GetAclTokenRequest;
import dev.gantry.v1.GetAclTokenResponse;
import dev.gantry.v1.GetOwnAclTokenRequest;
import dev.gantry.v1.GetOwnAclTokenResponse;
import dev.gantry.v1.ListAclPoliciesRequest;
import dev.gantry.v1.ListAclPoliciesResponse;
import dev.gantry.v1.ListAclTokensRequest;
import dev.gantry.v1.ListAclTokensResponse;
import dev.gantry.v1.UpdateAclTokenRequest;
import dev.gantry.v1.UpdateAclTokenResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code gantry.v1.AclService}. */
final class AclServiceApi extends AclServiceImplBase {

    private static final String POLICIES = "acl-policies";
    private static final String TOKENS = "acl-tokens";
    private static final int LONGEST_NAME = 256;
    private static final int MOST_POLICIES_OF_TOKEN = 64;
    private static final int SHORTEST_PROOF = 32;
    private static final int LONGEST_PROOF = 128;
    private static final Duration SHORTEST_LIFE = Duration.ofSeconds(1);
    private static final Duration LONGEST_LIFE = Duration.ofDays(3653);

    private final AccessControl access;
    private final AccessRegistry registry;
    private final Bootstrap bootstrap;
    private final IdLookup<AclToken> lookup;
    private final Optional<String> pin;

    /**
     * Makes the service.
     *
     * @param pin names the server's CA in join tokens; empty if it has none of its own
     */
    AclServiceApi(AccessControl access, AccessRegistry registry, Bootstrap bootstrap, Optional<String> pin) {
        this.access = access;
        this.registry = registry;
        this.bootstrap = bootstrap;
        this.lookup = IdLookup.ofTokens(access);
        this.pin = pin;
    }

    @Override
    public void bootstrapAcl(BootstrapAclRequest request, StreamObserver<BootstrapAclResponse> observer) {
        Optional<AuditedCall> audited = AuditedCall.current();
        Responses.answerLater(
                observer,
                () -> {
                    int length = request.getProof().length();
                    if (length < SHORTEST_PROOF || length > LONGEST_PROOF) {
                        throw new InvalidRequestException(
                                "proof",
                                "is %d characters long; it must have %d to %d"
                                        .formatted(length, SHORTEST_PROOF, LONGEST_PROOF));
                    }
                    return bootstrap.prove(request.getProof(), () -> audited.ifPresent(AuditedCall::proved));
                },
                made -> BootstrapAclResponse.newBuilder()
                        .setToken(made.token())
                        .setSecret(made.secret())
                        .build());
    }

    @Override
    public void applyAclPolicy(ApplyAclPolicyRequest request, StreamObserver<ApplyAclPolicyResponse> observer) {
        Responses.answerLater(
                observer,
                () -> {
                    Violations violations = new Violations();
                    violations.addAll(PolicyChecks.check(request.getPolicy(), "policy"));
                    violations.requireNone();
                    return registry.apply(request.getPolicy());
                },
                policy -> ApplyAclPolicyResponse.newBuilder().setPolicy(policy).build());
    }

    @Override
    public void getAclPolicy(GetAclPolicyRequest request, StreamObserver<GetAclPolicyResponse> observer) {
        Responses.answer(
                observer,
                () -> GetAclPolicyResponse.newBuilder()
                        .setPolicy(access.policy(required("name", request.getName()))
                                .orElseThrow(() -> new UnknownObjectException("policy", request.getName())))
                        .build());
    }

    @Override
    public void listAclPolicies(ListAclPoliciesRequest request, StreamObserver<ListAclPoliciesResponse> observer) {
        Responses.answer(observer, () -> {
            int size = PageToken.size(request.getPageSize());
            String begin = PageToken.parse(request.getPageToken(), POLICIES, Field.TEXT)
                    .text(0);
            Page<AclPolicy> page = PageReader.read(
                    size,
                    (last, limit) ->
                            access.policies(last.map(AclPolicy::getName).orElse(begin), limit),
                    some -> some,
                    any -> true);
            ListAclPoliciesResponse.Builder answer =
                    ListAclPoliciesResponse.newBuilder().addAllPolicies(page.items());
            page.last().ifPresent(last -> answer.setNextPageToken(PageToken.of(POLICIES, last.getName())));
            return answer.build();
        });
    }

    @Override
    public void deleteAclPolicy(DeleteAclPolicyRequest request, StreamObserver<DeleteAclPolicyResponse> observer) {
        Responses.answerLater(
                observer,
                () -> registry.deletePolicy(required("name", request.getName())),
                done -> DeleteAclPolicyResponse.getDefaultInstance());
    }

    @Override
    public void createAclToken(CreateAclTokenRequest request, StreamObserver<CreateAclTokenResponse> observer) {
        Responses.answerLater(
                observer,
                () -> registry.create(options(request)),
                made -> CreateAclTokenResponse.newBuilder()
                        .setToken(made.token())
                        .setSecret(
                                made.token().getType() == AclTokenType.ACL_TOKEN_TYPE_JOIN
                                        ? new JoinToken(made.secret(), pin).text()
                                        : made.secret())
                        .build());
    }

    @Override
    public void getAclToken(GetAclTokenRequest request, StreamObserver<GetAclTokenResponse> observer) {
        Responses.answer(
                observer,
                () -> GetAclTokenResponse.newBuilder()
                        .setToken(shown(lookup.find(request.getAccessorId())))
                        .build());
    }

    @Override
    public void getOwnAclToken(GetOwnAclTokenRequest request, StreamObserver<GetOwnAclTokenResponse> observer) {
        Responses.answer(observer, () -> {
            if (CallContext.CALLER.get() instanceof Caller.Holder holder) {
                return GetOwnAclTokenResponse.newBuilder()
                        .setToken(shown(holder.token()))
                        .build();
            }
            throw new RefusedException("This call brought no token: the server asks for none");
        });
    }

    @Override
    public void listAclTokens(ListAclTokensRequest request, StreamObserver<ListAclTokensResponse> observer) {
        Responses.answer(observer, () -> {
            int size = PageToken.size(request.getPageSize());
            String begin =
                    PageToken.parse(request.getPageToken(), TOKENS, Field.ID).text(0);
            Page<AclToken> page = PageReader.read(
                    size,
                    (last, limit) ->
                            access.tokens(last.map(AclToken::getAccessorId).orElse(begin), limit),
                    some -> some,
                    any -> true);
            ListAclTokensResponse.Builder answer = ListAclTokensResponse.newBuilder()
                    .addAllTokens(page.items().stream().map(this::shown).toList());
            page.last().ifPresent(last -> answer.setNextPageToken(PageToken.of(TOKENS, last.getAccessorId())));
            return answer.build();
        });
    }

    @Override
    public void updateAclToken(UpdateAclTokenRequest request, StreamObserver<UpdateAclTokenResponse> observer) {
        Responses.answerLater(
                observer,
                () -> {
                    Violations violations = new Violations();
                    checkName(request.getName(), violations);
                    checkPolicies(request.getPoliciesList(), violations);
                    violations.requireNone();
                    return registry.update(
                            lookup.find(request.getAccessorId()).getAccessorId(),
                            request.getName(),
                            request.getPoliciesList());
                },
                token -> UpdateAclTokenResponse.newBuilder().setToken(token).build());
    }

    @Override
    public void deleteAclToken(DeleteAclTokenRequest request, StreamObserver<DeleteAclTokenResponse> observer) {
        Responses.answerLater(
                observer,
                () -> registry.delete(lookup.find(request.getAccessorId()).getAccessorId()),
                done -> DeleteAclTokenResponse.getDefaultInstance());
    }

    /** Adds to a token which of its policies are missing. */
    private AclToken shown(AclToken token) {
        List<String> missing = token.getPoliciesList().stream()
                .filter(name -> access.policy(name).isEmpty())
                .toList();
        return token.toBuilder().addAllMissingPolicies(missing).build();
    }

    private static TokenOptions options(CreateAclTokenRequest request) {
        Violations violations = new Violations();
        checkName(request.getName(), violations);
        checkPolicies(request.getPoliciesList(), violations);
        if (request.getType() == AclTokenType.ACL_TOKEN_TYPE_UNSPECIFIED
                || request.getType() == AclTokenType.UNRECOGNIZED) {
            violations.add("type", "is missing or unknown: use CLIENT, MANAGEMENT or JOIN");
        }
        checkLife(request, violations);
        violations.requireNone();
        AccessRegistry.requireSuited(request.getType(), request.getPoliciesList());
        return new TokenOptions(
                request.getName(),
                request.getType(),
                request.getPoliciesList(),
                request.hasTimeToLive()
                        ? Optional.of(ProtoTimes.toDuration(request.getTimeToLive()))
                        : Optional.empty());
    }

    private static void checkLife(CreateAclTokenRequest request, Violations violations) {
        if (!request.hasTimeToLive()) {
            return;
        }
        boolean isInRange = Durations.isValid(request.getTimeToLive())
                && ProtoTimes.toDuration(request.getTimeToLive()).compareTo(SHORTEST_LIFE) >= 0
                && ProtoTimes.toDuration(request.getTimeToLive()).compareTo(LONGEST_LIFE) <= 0;
        if (!isInRange) {
            violations.add(
                    "time_to_live", "is not between 1 s and 10 years; leave it out for a token that does not end");
        }
    }

    private static void checkName(String name, Violations violations) {
        if (name.length() > LONGEST_NAME) {
            violations.add("name", "is %d characters long; the limit is %d".formatted(name.length(), LONGEST_NAME));
        }
    }

    private static void checkPolicies(List<String> names, Violations violations) {
        if (names.size() > MOST_POLICIES_OF_TOKEN) {
            violations.add(
                    "policies", "has %d entries; the limit is %d".formatted(names.size(), MOST_POLICIES_OF_TOKEN));
        }
        for (int i = 0; i < names.size(); i++) {
            if (names.subList(0, i).contains(names.get(i))) {
                violations.add(FieldPath.element("policies", i), "\"%s\" is named twice".formatted(names.get(i)));
                return;
            }
        }
    }

    private static String required(String field, String value) {
        if (value.isEmpty()) {
            throw new InvalidRequestException(field, "is missing");
        }
        return value;
    }
}
