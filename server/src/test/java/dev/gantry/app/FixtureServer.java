package dev.gantry.app;

import static org.awaitility.Awaitility.await;

import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.AllocationUpdatesAck;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.Fingerprint;
import dev.gantry.v1.Identity;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.NodeSessionServiceGrpc.NodeSessionServiceImplBase;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.Register;
import dev.gantry.v1.Registered;
import dev.gantry.v1.Rejoin;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.TemplateData;
import dev.gantry.v1.TemplateWatch;
import dev.gantry.v1.VariablesRequest;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** The server's end of a node's session, over real gRPC on loopback. It records the node's messages. */
final class FixtureServer extends NodeSessionServiceImplBase {

    static final String CLUSTER = "7c5f9a2e-0b53-4d7e-9f0a-5a8a1a9b0c11";

    private static final long INDEX = 10;

    /** Its own, unless a test says another. */
    static final Identity IDENTITY = identity(CLUSTER, INDEX);

    private static final Duration HEARTBEAT = Duration.ofMillis(50);

    private final Server server;
    private final String address;
    private final List<Register> registers = new CopyOnWriteArrayList<>();
    private final List<AllocationUpdate> updates = new CopyOnWriteArrayList<>();
    private final List<Fingerprint> fingerprints = new CopyOnWriteArrayList<>();
    private final Map<Long, CompletableFuture<LogChunk>> reads = new ConcurrentHashMap<>();
    private final AtomicInteger heartbeats = new AtomicInteger();
    private final AtomicLong lastRead = new AtomicLong();
    private final List<VariablesRequest> questions = new CopyOnWriteArrayList<>();
    private volatile Function<VariablesRequest, Optional<TaskVariables>> variables =
            question -> Optional.of(TaskVariables.getDefaultInstance());
    private volatile Function<FileQuestion, Optional<FileAnswer>> data = question -> Optional.empty();
    private final List<TemplateWatch> templateWatches = new CopyOnWriteArrayList<>();
    private volatile Function<TemplateWatch, Optional<TemplateData>> templateData = watch -> Optional.empty();
    private volatile DesiredState desired;
    private volatile List<DesiredState> parts = List.of();
    private volatile Identity identity;
    private volatile Optional<DesiredState> early = Optional.empty();
    private volatile boolean acknowledging = true;
    private volatile Optional<Status> refusal = Optional.empty();
    private volatile StreamObserver<ConnectResponse> session;

    private FixtureServer(int port, DesiredState desired, Identity identity) throws IOException {
        this.identity = identity;
        this.desired = desired.toBuilder().setComplete(true).build();
        this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .addService(this)
                .build()
                .start();
        this.address = "127.0.0.1:" + server.getPort();
    }

    /** Serves. Each session starts with these assignments as the complete desired state. */
    static FixtureServer start(DesiredState desired) throws IOException {
        return new FixtureServer(0, desired, IDENTITY);
    }

    /** Comes back where another one was, and is of some cluster, which it knows up to an index. */
    static FixtureServer startAt(String address, DesiredState desired, String clusterId, long index)
            throws IOException {
        return new FixtureServer(port(address), desired, identity(clusterId, index));
    }

    /** Comes back where another one was. */
    static FixtureServer startAt(String address, DesiredState desired) throws IOException {
        return new FixtureServer(port(address), desired, IDENTITY);
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1));
    }

    private static Identity identity(String clusterId, long index) {
        return Identity.newBuilder().setClusterId(clusterId).setIndex(index).build();
    }

    String address() {
        return address;
    }

    /** Says this at the start of later sessions, as it is. */
    void beginSessionsWith(List<DesiredState> messages) {
        parts = messages;
    }

    /** Starts later sessions with these assignments as the complete desired state. */
    void desireAtBegin(DesiredState all) {
        desired = all.toBuilder().setComplete(true).build();
    }

    /** Says that something has changed, and says it at the start of later sessions. */
    void desire(DesiredState changed) {
        desired = changed.toBuilder().setComplete(true).build();
        await().until(() -> session != null);
        send(ConnectResponse.newBuilder()
                .setDesiredState(changed.toBuilder().setComplete(false))
                .build());
    }

    /** Answers questions for data; empty: not at all. */
    void answerData(Function<FileQuestion, Optional<FileAnswer>> answers) {
        data = answers;
    }

    /** Says this in later sessions before it says who it is, as no server may. */
    void desireBeforeIdentity(DesiredState state) {
        early = Optional.of(state);
    }

    /** Says in later sessions that it is of some cluster and knows it up to an index. */
    void identify(String clusterId, long index) {
        identity = identity(clusterId, index);
    }

    /** Passes on the operator's word. */
    void rejoin() {
        send(ConnectResponse.newBuilder().setRejoin(Rejoin.getDefaultInstance()).build());
    }

    void acknowledge(boolean whether) {
        acknowledging = whether;
    }

    void refuse(Status status) {
        refusal = Optional.of(status);
    }

    void welcome() {
        refusal = Optional.empty();
    }

    /** Ends the session as a server does that has a newer one. */
    void endSession() {
        StreamObserver<ConnectResponse> ended = session;
        session = null;
        ended.onError(Status.ABORTED.asRuntimeException());
    }

    /** Answers questions for variables in this way from now on; empty: not at all. */
    void answerVariables(Function<VariablesRequest, Optional<TaskVariables>> answers) {
        variables = answers;
    }

    /** The questions for variables so far. */
    List<VariablesRequest> questions() {
        return questions;
    }

    /** Answers each watch of templates in this way from now on, and tells the newest of each task at once. */
    void tellTemplates(Function<TemplateWatch, Optional<TemplateData>> answers) {
        templateData = answers;
        Map<String, TemplateWatch> newest = new ConcurrentHashMap<>();
        templateWatches.forEach(watch -> newest.put(watch.getAllocationId() + "/" + watch.getTask(), watch));
        newest.values().forEach(this::tellTemplates);
    }

    /** The watches of templates so far. */
    List<TemplateWatch> templateWatches() {
        return templateWatches;
    }

    private void tellTemplates(TemplateWatch watch) {
        if (!watch.getEnd()) {
            templateData
                    .apply(watch)
                    .ifPresent(data -> send(ConnectResponse.newBuilder()
                            .setTemplateData(data.toBuilder()
                                    .setAllocationId(watch.getAllocationId())
                                    .setTask(watch.getTask()))
                            .build()));
        }
    }

    LogChunk ask(ReadLog.Builder question) throws Exception {
        return askLater(question).get(60, TimeUnit.SECONDS);
    }

    CompletableFuture<LogChunk> askLater(ReadLog.Builder question) {
        long id = lastRead.incrementAndGet();
        CompletableFuture<LogChunk> answer = new CompletableFuture<>();
        reads.put(id, answer);
        send(ConnectResponse.newBuilder().setReadLog(question.setRequestId(id)).build());
        return answer;
    }

    List<Register> registers() {
        return registers;
    }

    List<Fingerprint> fingerprints() {
        return fingerprints;
    }

    int heartbeats() {
        return heartbeats.get();
    }

    List<AllocationUpdate> updates(String allocationId) {
        return updates.stream()
                .filter(update -> update.getAllocationId().equals(allocationId))
                .toList();
    }

    /** The newest word on an allocation; the default instance if there is none. */
    AllocationUpdate last(String allocationId) {
        List<AllocationUpdate> all = updates(allocationId);
        return all.isEmpty() ? AllocationUpdate.getDefaultInstance() : all.get(all.size() - 1);
    }

    void close() {
        server.shutdownNow();
        await().until(server::isTerminated);
    }

    @Override
    public StreamObserver<ConnectRequest> connect(StreamObserver<ConnectResponse> responses) {
        early.ifPresent(state -> responses.onNext(
                ConnectResponse.newBuilder().setDesiredState(state).build()));
        responses.onNext(ConnectResponse.newBuilder().setIdentity(identity).build());
        return new StreamObserver<>() {
            @Override
            public void onNext(ConnectRequest request) {
                receive(request, responses);
            }

            @Override
            public void onError(Throwable failure) {
                end(responses);
            }

            @Override
            public void onCompleted() {
                end(responses);
                responses.onCompleted();
            }
        };
    }

    private void receive(ConnectRequest request, StreamObserver<ConnectResponse> responses) {
        switch (request.getMessageCase()) {
            case REGISTER -> register(request.getRegister(), responses);
            case HEARTBEAT -> heartbeats.incrementAndGet();
            case FINGERPRINT -> fingerprints.add(request.getFingerprint());
            case ALLOCATION_UPDATES -> {
                updates.addAll(request.getAllocationUpdates().getUpdatesList());
                if (acknowledging) {
                    send(ConnectResponse.newBuilder()
                            .setAllocationUpdatesAck(AllocationUpdatesAck.newBuilder()
                                    .setSequence(request.getAllocationUpdates().getSequence()))
                            .build());
                }
            }
            case LOG_CHUNK -> reads.get(request.getLogChunk().getRequestId()).complete(request.getLogChunk());
            case VARIABLES_REQUEST -> {
                VariablesRequest question = request.getVariablesRequest();
                questions.add(question);
                variables
                        .apply(question)
                        .ifPresent(answer -> send(ConnectResponse.newBuilder()
                                .setTaskVariables(answer.toBuilder().setRequestId(question.getRequestId()))
                                .build()));
            }
            case TEMPLATE_WATCH -> {
                templateWatches.add(request.getTemplateWatch());
                tellTemplates(request.getTemplateWatch());
            }
            case DATA_QUESTION -> {
                FileQuestion question = request.getDataQuestion();
                data.apply(question)
                        .ifPresent(answer -> send(ConnectResponse.newBuilder()
                                .setDataAnswer(answer.toBuilder().setRequestId(question.getRequestId()))
                                .build()));
            }
            case TASK_ACTION_RESULT, FILE_ANSWER, MESSAGE_NOT_SET ->
                throw new IllegalStateException("The node says what nobody has asked for");
        }
    }

    /** Holds up what a test sends meanwhile: a change must not come before the state that it changes. */
    private synchronized void register(Register register, StreamObserver<ConnectResponse> responses) {
        registers.add(register);
        if (refusal.isPresent()) {
            responses.onError(refusal.get().asRuntimeException());
            return;
        }
        session = responses;
        send(ConnectResponse.newBuilder()
                .setRegistered(Registered.newBuilder().setHeartbeatInterval(ProtoTimes.toDuration(HEARTBEAT)))
                .build());
        if (parts.isEmpty()) {
            send(ConnectResponse.newBuilder().setDesiredState(desired).build());
        }
        parts.forEach(
                part -> send(ConnectResponse.newBuilder().setDesiredState(part).build()));
    }

    private synchronized void end(StreamObserver<ConnectResponse> responses) {
        if (session == responses) {
            session = null;
        }
    }

    private synchronized void send(ConnectResponse message) {
        if (session != null) {
            session.onNext(message);
        }
    }
}
