package dev.gantry.app;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;

/** Makes from a valid message messages with one invalid field each. */
final class HostileValues {

    /** The deepest nesting of messages, since structs can nest without end. */
    private static final int DEEPEST = 7;

    private static final int MANY = 3_000;
    private static final String LONG_TEXT = "x".repeat(1 << 20);
    private static final ByteString LONG_BYTES = ByteString.copyFrom(new byte[1 << 20]);
    private static final int UNKNOWN_NUMBER = 9_999;

    private HostileValues() {}

    /** Makes messages that each have one field set to a value that no honest client sends. */
    static HostileMessages of(Message good) {
        return use -> walk(good, "", 1, use);
    }

    /** Hands on messages, each with the field and the value that is wrong. */
    interface HostileMessages {
        void forEach(BiConsumer<String, Message> use);
    }

    private static void walk(Message good, String path, int depth, BiConsumer<String, Message> use) {
        for (FieldDescriptor field : good.getDescriptorForType().getFields()) {
            String name = path + field.getName();
            for (Object value : values(good, field)) {
                Object whole = field.isRepeated() ? List.of(value) : value;
                use.accept(name + " = " + brief(value), with(good, field, whole));
            }
            if (field.isRepeated() && !field.isMapField()) {
                Object one = values(good, field).get(field.getJavaType() == FieldDescriptor.JavaType.STRING ? 2 : 0);
                use.accept(name + ", many of them", with(good, field, Collections.nCopies(MANY, one)));
            }
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE && depth < DEEPEST) {
                walk(inner(good, field), name + ".", depth + 1, (what, changed) -> {
                    Object whole = field.isRepeated() ? replaceFirst(good, field, changed) : changed;
                    use.accept(what, with(good, field, whole));
                });
            }
        }
    }

    private static Message with(Message good, FieldDescriptor field, Object value) {
        return good.toBuilder().setField(field, value).build();
    }

    /** The message in a field, or one that could be there. */
    private static Message inner(Message good, FieldDescriptor field) {
        if (!field.isRepeated()) {
            return (Message) good.getField(field);
        }
        return good.getRepeatedFieldCount(field) > 0 && !field.isMapField()
                ? (Message) good.getRepeatedField(field, 0)
                : good.newBuilderForType().newBuilderForField(field).build();
    }

    private static Object replaceFirst(Message good, FieldDescriptor field, Message changed) {
        if (field.isMapField() || good.getRepeatedFieldCount(field) < 2) {
            return List.of(changed);
        }
        Message.Builder replaced = good.toBuilder().setRepeatedField(field, 0, changed);
        return replaced.getField(field);
    }

    private static List<Object> values(Message good, FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case STRING ->
                List.of("", "a\u0000b", "\ud83d\ude00", "../../etc", "%s%n${x}", "(((((a*)*)*)*)*)*b", LONG_TEXT);
            case INT -> List.of(0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE);
            case LONG -> List.of(0L, -1L, Long.MAX_VALUE, Long.MIN_VALUE);
            case FLOAT -> List.of(Float.NaN, Float.MAX_VALUE, Float.NEGATIVE_INFINITY);
            case DOUBLE -> List.of(Double.NaN, Double.MAX_VALUE, Double.NEGATIVE_INFINITY);
            case BOOLEAN -> List.of(true, false);
            case BYTE_STRING -> List.of(ByteString.EMPTY, LONG_BYTES);
            case ENUM ->
                List.of(
                        field.getEnumType().findValueByNumber(0),
                        field.getEnumType().findValueByNumberCreatingIfUnknown(UNKNOWN_NUMBER),
                        field.getEnumType().findValueByNumberCreatingIfUnknown(-1));
            case MESSAGE ->
                List.of(good.newBuilderForType().newBuilderForField(field).build());
        };
    }

    private static String brief(Object value) {
        String text = value.toString();
        return text.length() > 40 ? text.length() + " characters or bytes" : text;
    }
}
