package dev.gantry.api.access;

import dev.gantry.cluster.node.NodeCredentials;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Hands what a node shows in the headers of its calls to the services. */
public final class NodeHeaders implements ServerInterceptor {

    private static final Context.Key<NodeCredentials> CREDENTIALS = Context.key("gantry-node-credentials");
    private static final Metadata.Key<String> NODE_ID =
            Metadata.Key.of("gantry-node-id", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> NODE_SECRET =
            Metadata.Key.of("gantry-node-secret", Metadata.ASCII_STRING_MARSHALLER);

    private final Set<String> methods;

    /**
     * Makes an interceptor.
     *
     * @param methods the methods that nodes call
     */
    public NodeHeaders(Set<MethodDescriptor<?, ?>> methods) {
        this.methods =
                methods.stream().map(MethodDescriptor::getFullMethodName).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Returns what the node of the current call has shown.
     *
     * @return the credentials; without any if this is no call for nodes
     */
    public static NodeCredentials current() {
        return Optional.ofNullable(CREDENTIALS.get())
                .orElseGet(() -> new NodeCredentials(Optional.empty(), Optional.empty(), Optional.empty()));
    }

    /**
     * Returns the id that a node says it has.
     *
     * @param headers the headers of its session
     * @return the id, which nobody has checked; empty if there is none, or if it has characters that no id has: gRPC lets
     *     line breaks pass, with which a caller could write lines of its own into logs
     */
    public static Optional<String> claimedId(Metadata headers) {
        return Optional.ofNullable(headers.get(NODE_ID))
                .filter(id -> id.chars().allMatch(character -> character > ' ' && character < 0x7f));
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (!methods.contains(call.getMethodDescriptor().getFullMethodName())) {
            return next.startCall(call, headers);
        }
        NodeCredentials shown = new NodeCredentials(
                claimedId(headers), Optional.ofNullable(headers.get(NODE_SECRET)), BearerToken.of(headers));
        return Contexts.interceptCall(Context.current().withValue(CREDENTIALS, shown), call, headers, next);
    }
}
