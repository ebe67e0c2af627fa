package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.DiscoveryServiceGrpc;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.NodeSessionServiceGrpc;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of the protocol's style that Buf has no check for. */
class ProtocolStyleTest {

    private static final Path SOURCES = Path.of("../proto/src/main/proto/gantry/v1");

    private static final Pattern TIME = Pattern.compile("(.*_)?(time|times|deadline)");
    private static final Pattern UNIT_OF_TIME =
            Pattern.compile(".*_(ns|nanos|us|micros|ms|millis|milliseconds|s|secs|seconds|minutes|hours|days)");

    @Test
    void a_field_is_a_timestamp_exactly_if_its_name_says_so() {
        assertThat(fields(field -> isMessage(field, Timestamp.getDescriptor())))
                .isNotEmpty()
                .allMatch(field -> TIME.matcher(field.getName()).matches(), "ends in _time or deadline");
        assertThat(fields(field -> TIME.matcher(field.getName()).matches()))
                .allMatch(
                        field -> isMessage(field, Timestamp.getDescriptor())
                                || isMessage(field, Duration.getDescriptor()),
                        "is a Timestamp or a Duration");
    }

    @Test
    void no_number_is_a_time_or_a_duration() {
        assertThat(fields(field -> field.getJavaType() != JavaType.MESSAGE
                        && UNIT_OF_TIME.matcher(field.getName()).matches()))
                .isEmpty();
    }

    @Test
    void no_line_is_longer_than_120_columns() throws IOException {
        List<String> names = files().map(
                        file -> Path.of(file.getName()).getFileName().toString())
                .toList();
        assertThat(names).isNotEmpty();
        for (String name : names) {
            assertThat(Files.readAllLines(SOURCES.resolve(name))).as(name).allMatch(line -> line.length() <= 120);
        }
    }

    private static Set<FieldDescriptor> fields(Predicate<FieldDescriptor> filter) {
        Set<FieldDescriptor> found = new LinkedHashSet<>();
        files().flatMap(file -> file.getMessageTypes().stream()).forEach(message -> {
            message.getFields().stream().filter(filter).forEach(found::add);
        });
        return found;
    }

    private static Stream<FileDescriptor> files() {
        return Stream.of(
                        AclServiceGrpc.getServiceDescriptor(),
                        AllocationServiceGrpc.getServiceDescriptor(),
                        ClusterServiceGrpc.getServiceDescriptor(),
                        DiscoveryServiceGrpc.getServiceDescriptor(),
                        JobServiceGrpc.getServiceDescriptor(),
                        NodeServiceGrpc.getServiceDescriptor(),
                        NodeSessionServiceGrpc.getServiceDescriptor())
                .map(ProtocolStyleTest::file)
                .flatMap(file -> Stream.concat(Stream.of(file), file.getDependencies().stream()))
                .filter(file -> file.getPackage().equals("gantry.v1"))
                .distinct();
    }

    private static FileDescriptor file(ServiceDescriptor service) {
        return ((ProtoFileDescriptorSupplier) service.getSchemaDescriptor()).getFileDescriptor();
    }

    private static boolean isMessage(FieldDescriptor field, Descriptor type) {
        return field.getJavaType() == JavaType.MESSAGE && field.getMessageType().equals(type);
    }
}
