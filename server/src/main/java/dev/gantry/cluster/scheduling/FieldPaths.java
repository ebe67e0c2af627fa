package dev.gantry.cluster.scheduling;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import dev.gantry.model.FieldPath;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Flattens a message into its set fields by their {@linkplain FieldPath paths}. Walks over the message's descriptor, so that new fields need
 * no code here.
 *
 * <p>A list element with a name is identified by the name, so that a group, task, port or service that only moves in
 * its list keeps its path: {@code task_groups["web"].tasks["http"].config.image}. Other elements are identified by
 * their index.
 */
final class FieldPaths {

    private static final List<String> NAMES = List.of("name", "label");

    private final Map<String, String> values = new LinkedHashMap<>();

    private FieldPaths() {}

    /** Returns the set fields of a message as text by path, in the order of the fields. */
    static Map<String, String> of(Message message) {
        FieldPaths paths = new FieldPaths();
        paths.addFields("", message);
        return paths.values;
    }

    private void addFields(String path, Message message) {
        // The map is sorted by descriptor, and descriptors by field number.
        new TreeMap<>(message.getAllFields()).forEach((field, value) -> {
            String fieldPath = FieldPath.field(path, field.getName());
            if (field.isRepeated()) {
                addList(fieldPath, (List<?>) value);
            } else {
                add(fieldPath, value);
            }
        });
    }

    private void addList(String path, List<?> list) {
        for (int i = 0; i < list.size(); i++) {
            Object element = list.get(i);
            if (element instanceof MapEntry<?, ?> entry) {
                add(FieldPath.entry(path, (String) entry.getKey()), entry.getValue());
            } else {
                add(elementPath(path, element, i), element);
            }
        }
    }

    private void add(String path, Object value) {
        if (value instanceof Struct struct) {
            new TreeMap<>(struct.getFieldsMap()).forEach((key, field) -> add(FieldPath.entry(path, key), field));
        } else if (value instanceof Value dynamic) {
            addDynamic(path, dynamic);
        } else if (value instanceof Duration duration) {
            values.put(path, Durations.toString(duration));
        } else if (value instanceof Message message) {
            addMessage(path, message);
        } else if (value instanceof ByteString bytes) {
            values.put(path, "%d bytes".formatted(bytes.size()));
        } else if (value instanceof EnumValueDescriptor enumValue) {
            values.put(path, enumValue.getName());
        } else {
            values.put(path, value.toString());
        }
    }

    /** Adds a nested message. A message without fields is added too, since its presence has a meaning. */
    private void addMessage(String path, Message message) {
        if (message.getAllFields().isEmpty()) {
            values.put(path, "{}");
        } else {
            addFields(path, message);
        }
    }

    private void addDynamic(String path, Value value) {
        switch (value.getKindCase()) {
            case STRUCT_VALUE -> add(path, value.getStructValue());
            case LIST_VALUE -> addList(path, value.getListValue().getValuesList());
            case STRING_VALUE -> values.put(path, value.getStringValue());
            case BOOL_VALUE -> values.put(path, Boolean.toString(value.getBoolValue()));
            case NUMBER_VALUE -> values.put(path, number(value.getNumberValue()));
            case NULL_VALUE, KIND_NOT_SET -> values.put(path, "null");
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static String elementPath(String path, Object element, int index) {
        return name(element).map(name -> FieldPath.element(path, name)).orElseGet(() -> FieldPath.element(path, index));
    }

    private static Optional<String> name(Object element) {
        if (!(element instanceof Message message)) {
            return Optional.empty();
        }
        return NAMES.stream()
                .map(name -> message.getDescriptorForType().findFieldByName(name))
                .filter(field -> field != null && field.getJavaType() == FieldDescriptor.JavaType.STRING)
                .map(field -> (String) message.getField(field))
                .filter(name -> !name.isEmpty())
                .findFirst();
    }
}
