package dev.gantry.api.access;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Finds the objects that a message names, for the audit log: its own ids, names and paths, and those of the job, policy,
 * token or other object in it. No other field is looked at, since it could hold a secret.
 */
public final class MessageObjects {

    private static final Set<String> NAMES = Set.of("id", "name", "path", "task", "accessor_id");

    /** Not an object, and recorded on its own. */
    private static final String REQUEST_ID = "request_id";

    private MessageObjects() {}

    /**
     * Finds the objects.
     *
     * @param message a request, or its answer
     * @return the names by the names of their fields, in the order of the fields. Those of an object in the message have
     *     the object's name before them, such as {@code job_id} or {@code policy_name}
     */
    public static Map<String, String> of(Message message) {
        Map<String, String> found = new LinkedHashMap<>();
        message.getAllFields().forEach((field, value) -> {
            if (isText(field)
                    && (NAMES.contains(field.getName()) || field.getName().endsWith("_id"))) {
                found.put(field.getName(), (String) value);
            } else if (field.getJavaType() == JavaType.MESSAGE && !field.isRepeated()) {
                addOwnNames((Message) value, field.getName(), found);
            }
        });
        found.remove(REQUEST_ID);
        return found;
    }

    private static void addOwnNames(Message object, String kind, Map<String, String> found) {
        object.getAllFields().forEach((field, value) -> {
            if (isText(field) && NAMES.contains(field.getName())) {
                found.putIfAbsent(
                        field.getName().startsWith("accessor") ? field.getName() : kind + "_" + field.getName(),
                        (String) value);
            }
        });
    }

    private static boolean isText(FieldDescriptor field) {
        return field.getJavaType() == JavaType.STRING && !field.isRepeated();
    }
}
