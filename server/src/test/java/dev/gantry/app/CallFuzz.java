package dev.gantry.app;

import io.grpc.MethodDescriptor;
import java.nio.ByteBuffer;
import java.util.List;

/** Makes a call with any bytes. The first two bytes of an input name the method, see {@link FuzzSeeds#method}. */
public final class CallFuzz {

    private static final FuzzedServer SERVER = FuzzedServer.OF_PROCESS;

    private CallFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        ByteBuffer left = ByteBuffer.wrap(input);
        if (left.remaining() >= Short.BYTES) {
            MethodDescriptor<?, ?> method = FuzzSeeds.method(Short.toUnsignedInt(left.getShort()));
            byte[] request = new byte[left.remaining()];
            left.get(request);
            SERVER.require(method.getFullMethodName(), RawCalls.end(SERVER.channel(), method, List.of(request)));
        }
    }
}
