package dev.gantry.api;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rule that holds for all texts that come from outside: no control characters, which would end a line of a log, a table
 * or a file, or cut a text short where C reads it. What is handed to a task as it is may have them, but no zero byte: the
 * values of {@code env}, {@code meta} and {@code config}, and {@code args}.
 */
final class TextRules {

    private static final Set<String> HANDED_ON = Set.of("args");
    private static final int LONGEST = 4096;

    /** As many as a job may have groups. */
    private static final int MOST = 1_000;

    private TextRules() {}

    /** Returns true if a text has no control character. */
    static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Notes the fields of a request, not of the messages in it, that are not plain, longer than 4,096 characters, or lists of
     * more than 1,000: names, ids, prefixes and the like.
     */
    static void checkRequest(Message request, Violations violations) {
        request.getAllFields().forEach((field, value) -> {
            if (field.getJavaType() == JavaType.STRING) {
                List<String> texts = texts(field, value);
                if (texts.size() > MOST) {
                    violations.add(field.getName(), "has %d entries; the limit is %d".formatted(texts.size(), MOST));
                    return;
                }
                texts.forEach(text -> {
                    check(field.getName(), text, violations);
                    if (text.length() > LONGEST) {
                        violations.add(
                                field.getName(),
                                "is %d characters long; the limit is %d".formatted(text.length(), LONGEST));
                    }
                });
            }
        });
    }

    /** Notes all texts in a message, however deep, that are not plain; maps are left to who knows what they mean. */
    static void checkAll(Message message, String path, Violations violations) {
        message.getAllFields().forEach((field, value) -> {
            String name = path.isEmpty() ? field.getName() : path + "." + field.getName();
            if (!field.isMapField()) {
                checkField(field, value, name, violations);
            }
        });
    }

    static void check(String field, String text, Violations violations) {
        if (!isPlain(text)) {
            violations.add(field, "has a control character in it");
        }
    }

    private static void checkField(FieldDescriptor field, Object value, String name, Violations violations) {
        if (field.getJavaType() == JavaType.STRING) {
            boolean handedOn = HANDED_ON.contains(field.getName());
            texts(field, value).forEach(text -> {
                if (handedOn) {
                    checkNoZero(name, text, violations);
                } else {
                    check(name, text, violations);
                }
            });
        } else if (field.getJavaType() == JavaType.MESSAGE) {
            List<?> messages = field.isRepeated() ? (List<?>) value : List.of(value);
            for (int i = 0; i < messages.size(); i++) {
                checkMessage((Message) messages.get(i), field.isRepeated() ? name + "[" + i + "]" : name, violations);
            }
        }
    }

    private static void checkMessage(Message message, String path, Violations violations) {
        if (message instanceof Struct struct) {
            checkStruct(struct, path, violations);
        } else {
            checkAll(message, path, violations);
        }
    }

    private static void checkStruct(Struct struct, String path, Violations violations) {
        for (Map.Entry<String, Value> field : struct.getFieldsMap().entrySet()) {
            check(path, field.getKey(), violations);
            checkValue(field.getValue(), path + "." + field.getKey(), violations);
        }
    }

    private static void checkValue(Value value, String path, Violations violations) {
        switch (value.getKindCase()) {
            case STRING_VALUE -> checkNoZero(path, value.getStringValue(), violations);
            case STRUCT_VALUE -> checkStruct(value.getStructValue(), path, violations);
            case LIST_VALUE -> value.getListValue().getValuesList().forEach(one -> checkValue(one, path, violations));
            case NULL_VALUE, NUMBER_VALUE, BOOL_VALUE, KIND_NOT_SET -> {}
        }
    }

    private static void checkNoZero(String field, String text, Violations violations) {
        if (text.indexOf('\0') >= 0) {
            violations.add(field, "has a zero byte in it");
        }
    }

    private static List<String> texts(FieldDescriptor field, Object value) {
        return field.isRepeated()
                ? ((List<?>) value).stream().map(String.class::cast).toList()
                : List.of((String) value);
    }
}
