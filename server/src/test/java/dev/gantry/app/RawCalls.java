package dev.gantry.app;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Makes calls whose requests are any bytes, which need not be messages. */
final class RawCalls {

    /** A generous bound: a missing answer takes longer, and a busy machine does not. */
    static final long PATIENCE_SECONDS = 30;

    private RawCalls() {}

    /** Makes a call without options. */
    static Status end(Channel channel, MethodDescriptor<?, ?> method, List<byte[]> requests) {
        return end(channel, method, CallOptions.DEFAULT, requests);
    }

    /**
     * Makes a call.
     *
     * @param requests the bytes of its requests
     * @return how it ends. A stream of answers has ended well once it has begun, and is left then
     */
    static Status end(Channel channel, MethodDescriptor<?, ?> method, CallOptions options, List<byte[]> requests) {
        CompletableFuture<Status> end = new CompletableFuture<>();
        ClientCall<byte[], byte[]> call =
                channel.newCall(bytes(method), options.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS));
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(byte[] message) {
                        if (method.getType() == MethodType.SERVER_STREAMING) {
                            end.complete(Status.OK);
                        }
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        end.complete(status);
                    }
                },
                new Metadata());
        call.request(Integer.MAX_VALUE);
        call.setMessageCompression(!"identity".equals(options.getCompressor()));
        requests.forEach(call::sendMessage);
        call.halfClose();
        try {
            return end.orTimeout(2 * PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        } finally {
            call.cancel("The test has seen enough", null);
        }
    }

    /** Returns a method of the same name whose messages are any bytes. */
    static MethodDescriptor<byte[], byte[]> bytes(MethodDescriptor<?, ?> method) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(method.getType())
                .setFullMethodName(method.getFullMethodName())
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
