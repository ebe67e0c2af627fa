package dev.gantry.api;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.model.FieldPath;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Validates texts that come from outside: they must have no control characters, which could break lines of logs, tables
 * and files, or end a C string early. Texts that tasks get unchanged may have control characters but no zero byte: the
 * values of {@code env}, {@code meta} and {@code config}, {@code args}, and {@code data} of templates.
 */
final class TextRules {

    private static final Set<String> HANDED_ON = Set.of("args", "data");
    private static final int LONGEST = 4096;

    /** The most entries of a list; a job may have as many groups. */
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
     * Reports the text fields of a request, such as names, ids and prefixes, that have control characters or more than
     * 4,096 characters, and lists of more than 1,000 texts. Does not look into messages in the request.
     */
    static void checkRequest(Message request, Violations violations) {
        request.getAllFields().forEach((field, value) -> {
            if (field.getJavaType() == JavaType.STRING) {
                List<String> texts = texts(field, value);
                if (texts.size() > MOST) {
                    violations.add(field.getName(), "has %d entries; the limit is %d".formatted(texts.size(), MOST));
                    return;
                }
                for (int i = 0; i < texts.size(); i++) {
                    String path = field.isRepeated() ? FieldPath.element(field.getName(), i) : field.getName();
                    check(path, texts.get(i), violations);
                    int length = texts.get(i).length();
                    if (length > LONGEST) {
                        violations.add(path, "is %d characters long; the limit is %d".formatted(length, LONGEST));
                    }
                }
            }
        });
    }

    /**
     * Reports all texts in a message, at any depth, that have control characters. Maps are left to the validators of
     * their fields.
     */
    static void checkAll(Message message, String path, Violations violations) {
        message.getAllFields().forEach((field, value) -> {
            String name = FieldPath.field(path, field.getName());
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
            List<String> texts = texts(field, value);
            for (int i = 0; i < texts.size(); i++) {
                String path = field.isRepeated() ? FieldPath.element(name, i) : name;
                if (handedOn) {
                    checkNoZero(path, texts.get(i), violations);
                } else {
                    check(path, texts.get(i), violations);
                }
            }
        } else if (field.getJavaType() == JavaType.MESSAGE) {
            List<?> messages = field.isRepeated() ? (List<?>) value : List.of(value);
            for (int i = 0; i < messages.size(); i++) {
                checkMessage(
                        (Message) messages.get(i), field.isRepeated() ? FieldPath.element(name, i) : name, violations);
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
            checkValue(field.getValue(), FieldPath.entry(path, field.getKey()), violations);
        }
    }

    private static void checkValue(Value value, String path, Violations violations) {
        switch (value.getKindCase()) {
            case STRING_VALUE -> checkNoZero(path, value.getStringValue(), violations);
            case STRUCT_VALUE -> checkStruct(value.getStructValue(), path, violations);
            case LIST_VALUE -> {
                List<Value> list = value.getListValue().getValuesList();
                for (int i = 0; i < list.size(); i++) {
                    checkValue(list.get(i), FieldPath.element(path, i), violations);
                }
            }
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
