package dev.gantry.api;

import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Refuses requests that can't be read, and calls of one request that have none or several. gRPC parses a request before
 * any interceptor sees it. If that fails, gRPC answers UNKNOWN, writes a stack trace into the log, and tells no
 * interceptor why the call ends.
 *
 * <p>So the methods of {@link #service} never fail to parse a request: interceptors get an {@link Unreadable} in place of
 * the message, until this interceptor refuses it. Interceptors that need the message must stand inside of this one; one
 * that lets a call be closed only once must stand outside.
 */
final class MalformedRequests implements ServerInterceptor {

    /**
     * Stands in for a request that can't be read.
     *
     * @param why the status of the call
     * @param bytes the size of the request
     */
    record Unreadable(StatusRuntimeException why, int bytes) {}

    /**
     * Returns a service whose requests may be any bytes.
     *
     * @param service a service whose messages are protobuf messages
     * @return its definition, for a server with this interceptor
     */
    static ServerServiceDefinition service(BindableService service) {
        ServerServiceDefinition bound = service.bindService();
        List<ServerMethodDefinition<?, ?>> methods = bound.getMethods().stream()
                .<ServerMethodDefinition<?, ?>>map(MalformedRequests::method)
                .toList();
        // gRPC compares the methods of the two by identity.
        ServiceDescriptor.Builder descriptor = ServiceDescriptor.newBuilder(
                        bound.getServiceDescriptor().getName())
                .setSchemaDescriptor(bound.getServiceDescriptor().getSchemaDescriptor());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(definition::addMethod);
        return definition.build();
    }

    private static <Q, A> ServerMethodDefinition<Q, A> method(ServerMethodDefinition<Q, A> bound) {
        MethodDescriptor<Q, A> method = bound.getMethodDescriptor();
        return ServerMethodDefinition.create(
                method.toBuilder()
                        .setRequestMarshaller(new AnyBytes<>(
                                method.getFullMethodName(), (PrototypeMarshaller<Q>) method.getRequestMarshaller()))
                        .build(),
                bound.getServerCallHandler());
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new Reading<>(next.startCall(call, headers), call);
    }

    /** Parses any bytes. */
    private record AnyBytes<Q>(String method, PrototypeMarshaller<Q> messages) implements PrototypeMarshaller<Q> {

        @Override
        @SuppressWarnings("unchecked") // Only interceptors, which take any request, see it.
        public Q parse(InputStream bytes) {
            int size = size(bytes);
            try {
                return messages.parse(bytes);
            } catch (StatusRuntimeException e) {
                return (Q) new Unreadable(StatusMapping.unreadable(method, messages.getMessageClass(), e), size);
            }
        }

        /** All bytes of a request have come, since requests are not compressed. */
        private static int size(InputStream bytes) {
            try {
                return bytes.available();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public InputStream stream(Q request) {
            return messages.stream(request);
        }

        @Override
        public Class<Q> getMessageClass() {
            return messages.getMessageClass();
        }

        @Override
        public Q getMessagePrototype() {
            return messages.getMessagePrototype();
        }
    }

    /** Lets a call's requests pass until one is wrong. */
    private static final class Reading<Q> extends SimpleForwardingServerCallListener<Q> {

        private final ServerCall<Q, ?> call;
        private boolean hasRequest;
        private boolean refused;

        Reading(Listener<Q> listener, ServerCall<Q, ?> call) {
            super(listener);
            this.call = call;
        }

        @Override
        public void onMessage(Q request) {
            if (refused) {
                return;
            }
            if (request instanceof Unreadable unreadable) {
                refuse(unreadable.why());
            } else if (hasRequest && takesOneRequest()) {
                refuse(StatusMapping.notOneRequest(call.getMethodDescriptor(), "several"));
            } else {
                hasRequest = true;
                super.onMessage(request);
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused && !hasRequest && takesOneRequest()) {
                refuse(StatusMapping.notOneRequest(call.getMethodDescriptor(), "none"));
            }
            if (!refused) {
                super.onHalfClose();
            }
        }

        private boolean takesOneRequest() {
            return call.getMethodDescriptor().getType().clientSendsOneMessage();
        }

        private void refuse(StatusRuntimeException why) {
            refused = true;
            call.close(why.getStatus(), new Metadata());
        }
    }
}
