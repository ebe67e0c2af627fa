package dev.gantry.app;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.gantry.api.access.CallRule;
import dev.gantry.api.access.CallRules;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.NodeSessionServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The inputs that the fuzzer of the server begins with: one message of each kind, with all of its fields. */
public final class FuzzSeeds {

    /** How many messages stand in one another. */
    private static final int DEPTH = 5;

    private static final String SESSION =
            NodeSessionServiceGrpc.getConnectMethod().getFullMethodName();

    /** The methods by numbers that do not change when a method is added: kept inputs name methods by them. */
    private static final TreeMap<Integer, MethodDescriptor<?, ?>> METHODS = new CallRules(new CallRulesTest.NoOwners())
            .all().stream()
                    .<MethodDescriptor<?, ?>>map(CallRule::method)
                    .filter(method -> !method.getFullMethodName().equals(SESSION))
                    .collect(Collectors.toMap(
                            method -> method.getFullMethodName().hashCode() & 0xffff,
                            Function.identity(),
                            (one, other) -> {
                                throw new IllegalStateException("One number for " + one + " and " + other);
                            },
                            TreeMap::new));

    private FuzzSeeds() {}

    /**
     * Returns the method with a number, or the one with the next lower number.
     *
     * @param number any number
     */
    static MethodDescriptor<?, ?> method(int number) {
        Map.Entry<Integer, MethodDescriptor<?, ?>> entry = METHODS.floorEntry(number);
        return (entry == null ? METHODS.lastEntry() : entry).getValue();
    }

    /**
     * Writes inputs for {@link CallFuzz}.
     *
     * @param dir the directory of the files
     * @throws IOException if they can't be written
     */
    public static void writeCalls(Path dir) throws IOException {
        for (Map.Entry<Integer, MethodDescriptor<?, ?>> method : METHODS.entrySet()) {
            Message empty =
                    (Message) ((PrototypeMarshaller<?>) method.getValue().getRequestMarshaller()).getMessagePrototype();
            Files.write(
                    dir.resolve("call-" + method.getValue().getBareMethodName() + "-" + method.getKey()),
                    afterNumber(method.getKey(), fill(empty, DEPTH)));
        }
    }

    /**
     * Writes inputs for {@link NodeSessionFuzz}: a node that registers, and one that has registered for each message of a
     * node.
     *
     * @param dir the directory of the files
     * @throws IOException if they can't be written
     */
    public static void writeSessions(Path dir) throws IOException {
        ConnectRequest register = ConnectRequest.newBuilder()
                .setRegister(FakeNode.in("dc1", "fuzzed").register())
                .build();
        Files.write(dir.resolve("session-first"), session((byte) 0, register));
        for (FieldDescriptor field : ConnectRequest.getDescriptor().getFields()) {
            ConnectRequest.Builder message = ConnectRequest.newBuilder();
            message.setField(field, fill(message.newBuilderForField(field).build(), DEPTH));
            Files.write(
                    dir.resolve("session-" + field.getName()),
                    session(NodeSessionFuzz.AFTER_REGISTER, message.build()));
        }
    }

    private static byte[] session(byte begin, ConnectRequest message) {
        byte[] last = afterNumber(NodeSessionFuzz.ALL_THAT_IS_LEFT, message);
        return ByteBuffer.allocate(1 + last.length).put(begin).put(last).array();
    }

    private static byte[] afterNumber(int number, Message message) {
        return ByteBuffer.allocate(Short.BYTES + message.getSerializedSize())
                .putShort((short) number)
                .put(message.toByteArray())
                .array();
    }

    private static Message fill(Message empty, int depth) {
        Message.Builder filled = empty.toBuilder();
        for (FieldDescriptor field : empty.getDescriptorForType().getFields()) {
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && depth == 0) {
                continue;
            }
            Object value = value(filled, field, depth);
            if (field.isRepeated()) {
                filled.addRepeatedField(field, value);
            } else {
                filled.setField(field, value);
            }
        }
        return filled.build();
    }

    private static Object value(Message.Builder of, FieldDescriptor field, int depth) {
        return switch (field.getJavaType()) {
            case MESSAGE -> fill(of.newBuilderForField(field).build(), depth - 1);
            case STRING -> field.getName().equals("ip") ? "127.0.0.1" : "fuzzed";
            case INT -> 1;
            case LONG -> 1L;
            case FLOAT -> 1f;
            case DOUBLE -> 1d;
            case BOOLEAN -> true;
            case BYTE_STRING -> ByteString.copyFromUtf8("fuzzed");
            // The value of 0 means that the field is not set.
            case ENUM -> field.getEnumType().findValueByNumber(1);
        };
    }
}
