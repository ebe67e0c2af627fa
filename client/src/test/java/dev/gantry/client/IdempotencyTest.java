package dev.gantry.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.MethodDescriptor;
import dev.gantry.v1.JobServiceGrpc;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the table of what may be repeated against the services of {@code gantry.v1} as the protocol defines them. */
class IdempotencyTest {

    /** Spoken between nodes and servers, never by clients. */
    private static final Set<String> OF_NODES =
            Set.of("gantry.v1.NodeSessionService", "gantry.v1.NodeCertificateService");

    @Test
    void each_method_of_each_service_has_a_row_and_no_row_is_of_another_method() throws Exception {
        assertThat(methods()).hasSizeGreaterThan(30);
        assertThat(names(Idempotency.methods().keySet())).containsExactlyInAnyOrderElementsOf(names(methods()));
    }

    @Test
    void a_method_has_a_request_id_just_where_the_table_says_so() throws Exception {
        for (io.grpc.MethodDescriptor<?, ?> method : methods()) {
            boolean hasRequestId = definition(method).getInputType().findFieldByName("request_id") != null;

            assertThat(Idempotency.of(method) == Idempotency.HAS_REQUEST_ID)
                    .as(method.getFullMethodName())
                    .isEqualTo(hasRequestId);
        }
    }

    @Test
    void only_streams_are_resumed_by_their_readers_and_no_stream_is_retried_as_a_whole() throws Exception {
        for (io.grpc.MethodDescriptor<?, ?> method : methods()) {
            boolean isStream = !method.getType().serverSendsOneMessage();

            assertThat(Idempotency.of(method))
                    .as(method.getFullMethodName())
                    .matches(kind -> isStream ? !kind.isAllowed() : kind != Idempotency.IS_RESUMED);
        }
    }

    @Test
    void only_what_has_a_name_for_reading_is_taken_for_reading() throws Exception {
        for (io.grpc.MethodDescriptor<?, ?> method : methods()) {
            if (Idempotency.of(method) == Idempotency.READS) {
                assertThat(method.getBareMethodName()).matches("(Get|List|Parse|Plan|Read|Validate)[A-Z].*|WhatIf");
            }
        }
    }

    @Test
    void a_method_without_a_row_is_never_repeated() {
        io.grpc.MethodDescriptor<?, ?> unknown = JobServiceGrpc.getGetJobMethod().toBuilder()
                .setFullMethodName("gantry.v1.JobService/Explode")
                .build();

        assertThat(Idempotency.of(unknown).isAllowed()).isFalse();
    }

    private static List<String> names(Collection<io.grpc.MethodDescriptor<?, ?>> methods) {
        return methods.stream().map(io.grpc.MethodDescriptor::getFullMethodName).toList();
    }

    private static List<io.grpc.MethodDescriptor<?, ?>> methods() throws Exception {
        List<io.grpc.MethodDescriptor<?, ?>> methods = new ArrayList<>();
        for (String name : serviceClasses()) {
            ServiceDescriptor service = (ServiceDescriptor)
                    Class.forName(name).getMethod("getServiceDescriptor").invoke(null);
            if (!OF_NODES.contains(service.getName())) {
                methods.addAll(service.getMethods());
            }
        }
        return methods;
    }

    /** The classes that the build has made of the protocol's services, wherever they are: a directory, or a jar. */
    private static List<String> serviceClasses() throws IOException, URISyntaxException {
        URI origin = JobServiceGrpc.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI();
        if (Files.isDirectory(Path.of(origin))) {
            return serviceClasses(Path.of(origin));
        }
        try (FileSystem jar = FileSystems.newFileSystem(Path.of(origin), Map.of())) {
            return serviceClasses(jar.getPath("/"));
        }
    }

    private static List<String> serviceClasses(Path root) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("dev/gantry/v1"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith("Grpc.class"))
                    .map(file -> "dev.gantry.v1." + file.substring(0, file.length() - ".class".length()))
                    .toList();
        }
    }

    private static MethodDescriptor definition(io.grpc.MethodDescriptor<?, ?> method) {
        return ((ProtoMethodDescriptorSupplier) method.getSchemaDescriptor()).getMethodDescriptor();
    }
}
