package dev.gantry.api;

import com.google.protobuf.Message;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;

/** Applies {@link TextRules} to the requests of all services, so that no service can forget to. */
final class TextRulesInterceptor implements ServerInterceptor {

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return new Checked<>(next.startCall(call, headers), call);
    }

    private static final class Checked<Q> extends SimpleForwardingServerCallListener<Q> {

        private final ServerCall<Q, ?> call;
        private boolean refused;

        Checked(Listener<Q> listener, ServerCall<Q, ?> call) {
            super(listener);
            this.call = call;
        }

        @Override
        public void onMessage(Q request) {
            Violations violations = new Violations();
            if (request instanceof Message message) {
                TextRules.checkRequest(message, violations);
            }
            if (violations.found().isEmpty()) {
                super.onMessage(request);
            } else if (!refused) {
                refused = true;
                StatusRuntimeException why = StatusMapping.toStatus(new InvalidRequestException(violations.found()));
                call.close(why.getStatus(), why.getTrailers());
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }
    }
}
