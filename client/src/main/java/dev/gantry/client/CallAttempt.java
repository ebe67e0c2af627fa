package dev.gantry.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientStreamTracer;
import io.grpc.ClientStreamTracer.StreamInfo;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/** One attempt of a call. It records the method, and whether anything was sent. */
final class CallAttempt implements ClientInterceptor {

    private volatile Idempotency repetition = Idempotency.NEVER;
    private volatile boolean sent;

    @Override
    public <Q, T> ClientCall<Q, T> interceptCall(MethodDescriptor<Q, T> method, CallOptions options, Channel next) {
        repetition = Idempotency.of(method);
        return next.newCall(method, options.withStreamTracerFactory(new Tracers()));
    }

    Idempotency repetition() {
        return repetition;
    }

    /** Returns true if the call was sent; false if there was no connection. */
    boolean isSent() {
        return sent;
    }

    private final class Tracers extends ClientStreamTracer.Factory {

        @Override
        public ClientStreamTracer newClientStreamTracer(StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void outboundHeaders() {
                    sent = true;
                }
            };
        }
    }
}
