package dev.gantry.cli;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.DiscoveryServiceGrpc;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.VariableServiceGrpc;
import dev.gantry.v1.WatchJobResponse;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** A real gRPC server on loopback with all methods of the API. Tests script the responses. */
final class ScriptedCluster implements AutoCloseable {

    private static final List<ServiceDescriptor> SERVICES = List.of(
            AclServiceGrpc.getServiceDescriptor(),
            JobServiceGrpc.getServiceDescriptor(),
            AllocationServiceGrpc.getServiceDescriptor(),
            NodeServiceGrpc.getServiceDescriptor(),
            DiscoveryServiceGrpc.getServiceDescriptor(),
            VariableServiceGrpc.getServiceDescriptor(),
            ClusterServiceGrpc.getServiceDescriptor());

    private final Server server;
    private final Map<String, BiConsumer<Message, StreamObserver<Message>>> script = new ConcurrentHashMap<>();
    private final List<Message> requests = new CopyOnWriteArrayList<>();

    ScriptedCluster() {
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        SERVICES.forEach(service -> builder.addService(define(service)));
        try {
            server = builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String address() {
        return "127.0.0.1:" + server.getPort();
    }

    /** Returns all requests so far, without their request ids, which are random. */
    List<Message> requests() {
        return requests.stream().map(ScriptedCluster::withoutRequestId).toList();
    }

    private static Message withoutRequestId(Message request) {
        FieldDescriptor requestId = request.getDescriptorForType().findFieldByName("request_id");
        return requestId == null
                ? request
                : request.toBuilder().clearField(requestId).build();
    }

    /** Answers a method, such as {@code GetJob}, always in the same way. */
    ScriptedCluster answers(String method, Message... answers) {
        return on(method, request -> List.of(answers));
    }

    /** Answers a method by its request. */
    <Q extends Message> ScriptedCluster on(String method, Function<Q, List<? extends Message>> answers) {
        return script(method, (request, observer) -> {
            @SuppressWarnings("unchecked")
            Q typed = (Q) request;
            answers.apply(typed).forEach(observer::onNext);
            observer.onCompleted();
        });
    }

    /**
     * Sends responses to a streaming method and leaves the stream open. The allocations in an update of a job's watch get the
     * update's index, as a server's have: the SDK leaves out what has the index of what was told before.
     */
    ScriptedCluster streams(String method, Message... answers) {
        List<Message> told = Stream.of(answers).map(ScriptedCluster::indexed).toList();
        return script(method, (request, observer) -> told.forEach(observer::onNext));
    }

    private static Message indexed(Message answer) {
        if (!(answer instanceof WatchJobResponse update)) {
            return answer;
        }
        WatchJobResponse.Builder indexed = update.toBuilder();
        indexed.getAllocationsBuilderList().forEach(allocation -> allocation.setModifyIndex(update.getIndex()));
        return indexed.build();
    }

    /** Refuses a method. */
    ScriptedCluster refuses(String method, StatusRuntimeException failure) {
        return script(method, (request, observer) -> observer.onError(failure));
    }

    @Override
    public void close() {
        try {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets a test handle each call of a method. */
    ScriptedCluster script(String method, BiConsumer<Message, StreamObserver<Message>> answer) {
        script.put(method, answer);
        return this;
    }

    private ServerServiceDefinition define(ServiceDescriptor service) {
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service);
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
            @SuppressWarnings("unchecked")
            MethodDescriptor<Message, Message> typed = (MethodDescriptor<Message, Message>) method;
            String name = method.getBareMethodName();
            if (method.getType().serverSendsOneMessage()) {
                definition.addMethod(
                        typed, ServerCalls.asyncUnaryCall((request, observer) -> answer(name, request, observer)));
            } else {
                definition.addMethod(
                        typed,
                        ServerCalls.asyncServerStreamingCall((request, observer) -> answer(name, request, observer)));
            }
        }
        return definition.build();
    }

    private void answer(String method, Message request, StreamObserver<Message> observer) {
        requests.add(request);
        BiConsumer<Message, StreamObserver<Message>> answer = script.get(method);
        if (answer == null) {
            throw new AssertionError("Nobody said how to answer " + method);
        }
        answer.accept(request, observer);
    }
}
