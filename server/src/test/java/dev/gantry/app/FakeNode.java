package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;

import com.google.protobuf.ByteString;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.AllocationUpdates;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.Fingerprint;
import dev.gantry.v1.Heartbeat;
import dev.gantry.v1.Identity;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.NodeRestrictions;
import dev.gantry.v1.NodeSessionServiceGrpc;
import dev.gantry.v1.ReadLog;
import dev.gantry.v1.Register;
import dev.gantry.v1.TaskActionResult;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.TemplateData;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A node that uses the real {@code NodeSessionService} but runs nothing: tests report the states of its allocations.
 * Its identity outlives its sessions: {@link #connect} may be called again and again.
 */
final class FakeNode implements AutoCloseable {

    private final String id;
    private final String secret;
    private volatile Node node;
    private volatile boolean runsTasks;
    private volatile String refusal = "";
    private volatile Session session;
    private final Map<String, FakeLog> logs = new ConcurrentHashMap<>();

    private FakeNode(Node node, String secret) {
        this.id = node.getId();
        this.node = node;
        this.secret = secret;
    }

    /** A node in a datacenter, with rkt 1.30.0, 4000 MHz and 8192 MiB. */
    static FakeNode in(String datacenter, String name) {
        Node node = Node.newBuilder()
                .setId(UUID.randomUUID().toString())
                .setName(name)
                .setDatacenter(datacenter)
                .putAttributes("kernel.name", "linux")
                .setResources(NodeResources.newBuilder()
                        .setCpu(4000)
                        .setMemoryMib(8192)
                        .setDiskMib(10_000)
                        .setIp("127.0.0.1")
                        .setMinDynamicPort(20_000)
                        .setMaxDynamicPort(20_099))
                .build();
        return new FakeNode(node, UUID.randomUUID().toString()).withRkt("1.30.0");
    }

    FakeNode withRkt(String version) {
        node = node.toBuilder()
                .putAttributes("driver.rkt", "1")
                .putAttributes("template", "1")
                .putAttributes("driver.rkt.version", version)
                .putDrivers("rkt", DriverHealth.newBuilder().setHealthy(true).build())
                .build();
        return this;
    }

    /** Says in its next sessions what it lets tasks ask of the machine; the default instance: nothing about it. */
    FakeNode restricted(NodeRestrictions restrictions) {
        node = restrictions.equals(NodeRestrictions.getDefaultInstance())
                ? node.toBuilder().clearRestrictions().build()
                : node.toBuilder().setRestrictions(restrictions).build();
        return this;
    }

    /** The same identity with another secret: an impostor. */
    FakeNode withSecret(String other) {
        return new FakeNode(node, other);
    }

    /** The same id and secret with another name. */
    FakeNode named(String other) {
        return new FakeNode(node.toBuilder().setName(other).build(), secret);
    }

    /** Says in its next sessions that it does not accept the server; empty: it does. */
    FakeNode refusing(String why) {
        refusal = why;
        return this;
    }

    /** Reports at once that assigned allocations run or have stopped. */
    FakeNode runningTasks() {
        runsTasks = true;
        return this;
    }

    /** Opens a session and waits for the answer to Register, which may be a refusal. */
    FakeNode connect(Channel channel) {
        session = new Session(channel);
        session.send(ConnectRequest.newBuilder().setRegister(register()).build());
        eventually().until(() -> session.registered || session.end.isDone());
        return this;
    }

    /** Returns the message with which it registers. */
    Register register() {
        return Register.newBuilder()
                .setNode(node)
                .setSecret(secret)
                .setRefusal(refusal)
                .build();
    }

    String id() {
        return id;
    }

    /** Returns the headers of a real node's session: its id and secret, and a token if it has one. */
    Metadata headers(Optional<String> token) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("gantry-node-id", Metadata.ASCII_STRING_MARSHALLER), id);
        headers.put(Metadata.Key.of("gantry-node-secret", Metadata.ASCII_STRING_MARSHALLER), secret);
        token.ifPresent(known ->
                headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + known));
        return headers;
    }

    /** Opens a session as a real node does, with these headers, and waits for the answer to Register. */
    FakeNode connect(Channel channel, Metadata headers) {
        return connect(ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)));
    }

    Session session() {
        return session;
    }

    /** Says what has become of an allocation, and waits until that is on disk. */
    void report(String allocationId, ClientStatus status) {
        session.report(allocationId, status);
        eventually().until(() -> session.acknowledged.get() == session.sequence.get());
    }

    /** Says that an allocation runs and how healthy it is, and waits until that is on disk. */
    void reportHealth(String allocationId, boolean healthy) {
        session.report(allocationId, ClientStatus.CLIENT_STATUS_RUNNING, update -> update.setHealthy(healthy));
        eventually().until(() -> session.acknowledged.get() == session.sequence.get());
    }

    /** Says that an allocation has failed since the owner of the node does not allow it, and waits until that is on disk. */
    void reportRestricted(String allocationId, String why) {
        session.report(
                allocationId,
                ClientStatus.CLIENT_STATUS_FAILED,
                update -> update.addTaskStates(TaskState.newBuilder()
                        .setTask("main")
                        .addEvents(TaskEvent.newBuilder().setType("Restricted").setMessage(why))));
        eventually().until(() -> session.acknowledged.get() == session.sequence.get());
    }

    /** Says that an allocation runs, with ten events of some length each for as many tasks as that takes. */
    void reportWordily(String allocationId, int bytes) {
        session.report(allocationId, ClientStatus.CLIENT_STATUS_RUNNING, update -> {
            for (int task = 0; task < bytes / 10_000; task++) {
                TaskState.Builder state = TaskState.newBuilder().setTask("task-" + task);
                for (int event = 0; event < 10; event++) {
                    state.addEvents(TaskEvent.newBuilder().setType("Started").setMessage("x".repeat(1000)));
                }
                update.addTaskStates(state);
            }
        });
        eventually().until(() -> session.acknowledged.get() == session.sequence.get());
    }

    /** Says that another version of rkt was found. */
    void fingerprint(String rktVersion) {
        withRkt(rktVersion);
        session.send(ConnectRequest.newBuilder()
                .setFingerprint(Fingerprint.newBuilder()
                        .putAllAttributes(node.getAttributesMap())
                        .putAllDrivers(node.getDriversMap())
                        .setResources(node.getResources()))
                .build());
    }

    /** What a task has written. */
    FakeLog log(String allocationId, String task) {
        return logs.computeIfAbsent(allocationId + "/" + task, key -> new FakeLog());
    }

    /** Breaks the session off, as a node does that is killed. */
    void drop() {
        session.drop();
    }

    @Override
    public void close() {
        Optional.ofNullable(session).ifPresent(Session::drop);
    }

    /** One session, from Register to its end. */
    final class Session implements ClientResponseObserver<ConnectRequest, ConnectResponse> {

        private final List<DesiredState> received = new CopyOnWriteArrayList<>();
        private final List<TaskVariables> variables = new CopyOnWriteArrayList<>();
        private final List<TemplateData> templateData = new CopyOnWriteArrayList<>();
        private final List<FileQuestion> fileQuestions = new CopyOnWriteArrayList<>();
        private final List<FileAnswer> dataAnswers = new CopyOnWriteArrayList<>();
        private final Map<String, Allocation> desired = new ConcurrentHashMap<>();
        private final CompletableFuture<Status> end = new CompletableFuture<>();
        private final AtomicLong sequence = new AtomicLong();
        private final AtomicLong acknowledged = new AtomicLong();
        private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor();
        private ClientCallStreamObserver<ConnectRequest> requests;
        private final AtomicLong rejoins = new AtomicLong();
        private volatile boolean registered;
        private volatile Identity identity;

        Session(Channel channel) {
            NodeSessionServiceGrpc.newStub(channel).connect(this);
        }

        /** All questions for files of allocations, in order. */
        List<FileQuestion> fileQuestions() {
            return fileQuestions;
        }

        /** All answers to questions for data, in order. */
        List<FileAnswer> dataAnswers() {
            return dataAnswers;
        }

        /** All messages with assignments, in order. */
        List<DesiredState> received() {
            return received;
        }

        /** The assigned allocations by the server's latest message, which is applied as a whole. */
        synchronized List<Allocation> toRun() {
            return desired.values().stream()
                    .filter(allocation -> allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN)
                    .toList();
        }

        /** The answers to questions for variables, in order. */
        List<TaskVariables> variables() {
            return variables;
        }

        /** What the server has told for templates, in order. */
        List<TemplateData> templateData() {
            return templateData;
        }

        /** Who the server has said it is. */
        Identity identity() {
            return identity;
        }

        /** How often the server has told the node to rejoin. */
        long rejoins() {
            return rejoins.get();
        }

        /** How the server ended the session; waits for it. */
        Status end() {
            return end.orTimeout(30, TimeUnit.SECONDS).join();
        }

        boolean isOpen() {
            return !end.isDone();
        }

        synchronized void send(ConnectRequest request) {
            if (isOpen()) {
                requests.onNext(request);
            }
        }

        void drop() {
            heart.shutdownNow();
            requests.cancel("the node is gone", null);
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<ConnectRequest> stream) {
            requests = stream;
        }

        @Override
        public void onNext(ConnectResponse response) {
            switch (response.getMessageCase()) {
                case REGISTERED -> {
                    beat(ProtoTimes.toDuration(response.getRegistered().getHeartbeatInterval()));
                    registered = true;
                }
                case DESIRED_STATE -> take(response.getDesiredState());
                case ALLOCATION_UPDATES_ACK ->
                    acknowledged.set(response.getAllocationUpdatesAck().getSequence());
                case READ_LOG -> answer(response.getReadLog());
                case TASK_ACTION ->
                    send(ConnectRequest.newBuilder()
                            .setTaskActionResult(TaskActionResult.newBuilder()
                                    .setRequestId(response.getTaskAction().getRequestId())
                                    .addTasks("main"))
                            .build());
                case FILE_QUESTION -> {
                    fileQuestions.add(response.getFileQuestion());
                    send(ConnectRequest.newBuilder()
                            .setFileAnswer(FileAnswer.newBuilder()
                                    .setRequestId(response.getFileQuestion().getRequestId()))
                            .build());
                }
                case DATA_ANSWER -> dataAnswers.add(response.getDataAnswer());
                case IDENTITY -> identity = response.getIdentity();
                case REJOIN -> rejoins.incrementAndGet();
                case TEMPLATE_DATA -> templateData.add(response.getTemplateData());
                case TASK_VARIABLES -> variables.add(response.getTaskVariables());
                // It has one server, and stays with it.
                case SERVER_ADDRESSES -> {}
                case MESSAGE_NOT_SET -> throw new IllegalStateException("An empty message");
            }
        }

        @Override
        public void onError(Throwable failure) {
            heart.shutdownNow();
            end.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            heart.shutdownNow();
            end.complete(Status.OK);
        }

        private void beat(Duration interval) {
            var unused = heart.scheduleAtFixedRate(
                    () -> send(ConnectRequest.newBuilder()
                            .setHeartbeat(Heartbeat.getDefaultInstance())
                            .build()),
                    interval.toMillis(),
                    interval.toMillis(),
                    TimeUnit.MILLISECONDS);
        }

        private synchronized void take(DesiredState state) {
            state.getAllocationsList().forEach(allocation -> desired.put(allocation.getId(), allocation));
            received.add(state);
            if (runsTasks) {
                state.getAllocationsList().forEach(this::reportDone);
            }
        }

        private void reportDone(Allocation allocation) {
            if (allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_STOP) {
                report(allocation.getId(), ClientStatus.CLIENT_STATUS_COMPLETE);
            } else if (allocation.getClientStatus() == ClientStatus.CLIENT_STATUS_PENDING) {
                report(allocation.getId(), ClientStatus.CLIENT_STATUS_RUNNING);
            }
        }

        private void report(String allocationId, ClientStatus status) {
            report(allocationId, status, update -> {});
        }

        private synchronized void report(
                String allocationId, ClientStatus status, Consumer<AllocationUpdate.Builder> more) {
            boolean isRunning = status == ClientStatus.CLIENT_STATUS_RUNNING;
            AllocationUpdate.Builder update = AllocationUpdate.newBuilder()
                    .setAllocationId(allocationId)
                    .setClientStatus(status)
                    .setDescription("said by the test")
                    .addTaskStates(TaskState.newBuilder()
                            .setTask("main")
                            .setPhase(isRunning ? TaskPhase.TASK_PHASE_RUNNING : TaskPhase.TASK_PHASE_DEAD));
            more.accept(update);
            send(ConnectRequest.newBuilder()
                    .setAllocationUpdates(AllocationUpdates.newBuilder()
                            .setSequence(sequence.incrementAndGet())
                            .addUpdates(update))
                    .build());
        }

        private void answer(ReadLog question) {
            log(question.getAllocationId(), question.getTask())
                    .read(
                            question,
                            chunk -> send(ConnectRequest.newBuilder()
                                    .setLogChunk(chunk)
                                    .build()));
        }
    }

    /** What a task has written so far. Questions about what comes next wait for it. */
    static final class FakeLog {

        private static final int LARGEST_CHUNK = 64 * 1024;

        private record Waiting(ReadLog question, Consumer<LogChunk> answer) {}

        private final List<ReadLog> questions = new CopyOnWriteArrayList<>();
        private String text = "";
        private boolean ended;
        private Waiting waiting;

        synchronized FakeLog write(String more) {
            text += more;
            answerWaiting();
            return this;
        }

        synchronized FakeLog end() {
            ended = true;
            answerWaiting();
            return this;
        }

        /** What the server has asked so far. */
        List<ReadLog> questions() {
            return questions;
        }

        private synchronized void read(ReadLog question, Consumer<LogChunk> answer) {
            questions.add(question);
            waiting = new Waiting(question, answer);
            if (offset(question) < text.length() || ended || !question.hasWait()) {
                answerWaiting();
            }
        }

        private void answerWaiting() {
            if (waiting == null) {
                return;
            }
            int begin = (int) offset(waiting.question());
            int end = Math.min(text.length(), begin + LARGEST_CHUNK);
            waiting.answer()
                    .accept(LogChunk.newBuilder()
                            .setRequestId(waiting.question().getRequestId())
                            .setData(ByteString.copyFrom(text.substring(begin, end), StandardCharsets.US_ASCII))
                            .setOffset(begin)
                            .setNextOffset(end)
                            .setEnd(ended && end == text.length())
                            .build());
            waiting = null;
        }

        private long offset(ReadLog question) {
            if (question.getPositionCase() == ReadLog.PositionCase.OFFSET) {
                return Math.min(text.length(), question.getOffset());
            }
            int begin = text.length();
            for (long line = 0; line < question.getTailLines() && begin > 0; line++) {
                begin = text.lastIndexOf('\n', begin - 2) + 1;
            }
            return begin;
        }
    }
}
