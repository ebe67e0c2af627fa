package dev.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclToken;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.Job;
import dev.gantry.v1.Node;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Databases and node directories hold serialized messages. {@code stored-fields.txt} lists their fields as those rows
 * and files have them.
 */
class StoredMessagesTest {

    /** The messages of rows, and of the files of allocations in a node's directory. */
    private static final List<Descriptor> STORED = List.of(
            AclPolicy.getDescriptor(),
            AclToken.getDescriptor(),
            Allocation.getDescriptor(),
            Deployment.getDescriptor(),
            Evaluation.getDescriptor(),
            Job.getDescriptor(),
            Node.getDescriptor(),
            DesiredState.getDescriptor());

    private final Set<String> fields = new TreeSet<>();
    private final Set<String> visited = new HashSet<>();

    @Test
    void every_field_that_is_stored_keeps_its_number_and_type() throws IOException {
        STORED.forEach(this::add);

        assertThat(fields)
                .as("A missing or changed field makes old rows and files unreadable: keep it, or migrate them."
                        + " Add a new field to stored-fields.txt")
                .containsExactlyElementsOf(listed());
    }

    private static List<String> listed() throws IOException {
        try (InputStream list = StoredMessagesTest.class.getResourceAsStream("stored-fields.txt")) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    private void add(Descriptor message) {
        if (!visited.add(message.getFullName())) {
            return;
        }
        for (FieldDescriptor field : message.getFields()) {
            fields.add("%s %03d %s%s"
                    .formatted(
                            message.getFullName(),
                            field.getNumber(),
                            field.isRepeated() ? "repeated " : "",
                            type(field)));
            switch (field.getJavaType()) {
                case MESSAGE -> add(field.getMessageType());
                case ENUM -> add(field.getEnumType());
                default -> {}
            }
        }
    }

    private void add(EnumDescriptor type) {
        type.getValues()
                .forEach(value ->
                        fields.add("%s %03d %s".formatted(type.getFullName(), value.getNumber(), value.getName())));
    }

    private static String type(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case MESSAGE -> field.getMessageType().getFullName();
            case ENUM -> field.getEnumType().getFullName();
            default -> field.getType().name().toLowerCase(Locale.ROOT);
        };
    }
}
