package dev.gantry.api;

import static dev.gantry.v1.AclVariableCapability.ACL_VARIABLE_CAPABILITY_LIST;

import dev.gantry.access.Grants;
import dev.gantry.api.PageReader.Page;
import dev.gantry.api.PageToken.Field;
import dev.gantry.api.access.CallGrants;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.variable.Variables;
import dev.gantry.model.VariableRules;
import dev.gantry.v1.DeleteVariableRequest;
import dev.gantry.v1.DeleteVariableResponse;
import dev.gantry.v1.GetVariableRequest;
import dev.gantry.v1.GetVariableResponse;
import dev.gantry.v1.ListVariableKeysRequest;
import dev.gantry.v1.ListVariableKeysResponse;
import dev.gantry.v1.ListVariablesRequest;
import dev.gantry.v1.ListVariablesResponse;
import dev.gantry.v1.PutVariableRequest;
import dev.gantry.v1.PutVariableResponse;
import dev.gantry.v1.RotateVariableKeyRequest;
import dev.gantry.v1.RotateVariableKeyResponse;
import dev.gantry.v1.Variable;
import dev.gantry.v1.VariableKey;
import dev.gantry.v1.VariableServiceGrpc.VariableServiceImplBase;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.OptionalLong;

/** {@code gantry.v1.VariableService}. */
final class VariableServiceApi extends VariableServiceImplBase {

    private static final String VARIABLES = "variables";

    private final Variables variables;
    private final SealedTokens tokens;
    private final ServerList servers;

    VariableServiceApi(Variables variables, SealedTokens tokens, ServerList servers) {
        this.variables = variables;
        this.tokens = tokens;
        this.servers = servers;
    }

    @Override
    public void putVariable(PutVariableRequest request, StreamObserver<PutVariableResponse> observer) {
        Responses.answerLater(
                observer,
                () -> {
                    Violations violations = new Violations();
                    VariableRules.faultOfPath(request.getPath())
                            .or(() -> VariableRules.faultOfNewPath(request.getPath()))
                            .ifPresent(fault -> violations.add("path", fault));
                    violations.addAll(VariableRules.faultsOfItems(request.getItemsMap(), "items"));
                    checkIndex(request.hasCheckIndex(), request.getCheckIndex(), 0, violations);
                    violations.requireNone();
                    return variables.put(
                            request.getPath(),
                            request.getItemsMap(),
                            optional(request.hasCheckIndex(), request.getCheckIndex()));
                },
                stored -> PutVariableResponse.newBuilder().setVariable(stored).build());
    }

    @Override
    public void getVariable(GetVariableRequest request, StreamObserver<GetVariableResponse> observer) {
        Responses.answer(observer, () -> {
            requirePath(request.getPath());
            return GetVariableResponse.newBuilder()
                    .setVariable(variables
                            .find(request.getPath())
                            .orElseThrow(() -> new UnknownObjectException("variable", request.getPath())))
                    .build();
        });
    }

    @Override
    public void listVariables(ListVariablesRequest request, StreamObserver<ListVariablesResponse> observer) {
        Responses.answer(observer, () -> {
            int size = PageToken.size(request.getPageSize());
            String begin = PageToken.parse(tokens.open(request.getPageToken()), VARIABLES, Field.TEXT)
                    .text(0);
            Grants grants = CallGrants.ofThisCall().now();
            Page<Variable> page = PageReader.read(
                    size,
                    (last, limit) ->
                            variables.page(last.map(Variable::getPath).orElse(begin), request.getPrefix(), limit),
                    some -> some,
                    variable -> isListed(variable, grants));
            ListVariablesResponse.Builder answer =
                    ListVariablesResponse.newBuilder().addAllVariables(page.items());
            page.last().ifPresent(last -> {
                String token = PageToken.of(VARIABLES, last.getPath());
                answer.setNextPageToken(isListed(last, grants) ? token : tokens.seal(token));
            });
            return answer.build();
        });
    }

    @Override
    public void deleteVariable(DeleteVariableRequest request, StreamObserver<DeleteVariableResponse> observer) {
        Responses.answerLater(
                observer,
                () -> {
                    requirePath(request.getPath());
                    Violations violations = new Violations();
                    checkIndex(request.hasCheckIndex(), request.getCheckIndex(), 1, violations);
                    violations.requireNone();
                    return variables.delete(
                            request.getPath(), optional(request.hasCheckIndex(), request.getCheckIndex()));
                },
                done -> DeleteVariableResponse.getDefaultInstance());
    }

    @Override
    public void rotateVariableKey(
            RotateVariableKeyRequest request, StreamObserver<RotateVariableKeyResponse> observer) {
        Responses.answer(observer, () -> {
            servers.requireNoOthers(
                    "Other servers share the database, and would lack the new key if they had to lead: stop them, rotate, copy"
                            + " the keyring file of this server to theirs, and start them again");
            VariableKey made = variables.rotate();
            return RotateVariableKeyResponse.newBuilder()
                    .setKey(made)
                    .setVariablesToEncrypt(variables.keys().stream()
                            .filter(key -> key.getId() != made.getId())
                            .mapToLong(VariableKey::getVariables)
                            .sum())
                    .build();
        });
    }

    @Override
    public void listVariableKeys(ListVariableKeysRequest request, StreamObserver<ListVariableKeysResponse> observer) {
        Responses.answer(
                observer,
                () -> ListVariableKeysResponse.newBuilder()
                        .addAllKeys(variables.keys())
                        .build());
    }

    private static boolean isListed(Variable variable, Grants grants) {
        return grants.allows(ACL_VARIABLE_CAPABILITY_LIST, variable.getPath());
    }

    private static void checkIndex(boolean given, long index, long least, Violations violations) {
        if (given && index < least) {
            violations.add("check_index", "is %d; it must be %d or more".formatted(index, least));
        }
    }

    private static OptionalLong optional(boolean given, long index) {
        return given ? OptionalLong.of(index) : OptionalLong.empty();
    }

    private static void requirePath(String path) {
        Optional<String> fault = VariableRules.faultOfPath(path);
        if (fault.isPresent()) {
            throw new InvalidRequestException("path", fault.get());
        }
    }
}
