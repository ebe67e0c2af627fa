package dev.gantry.check;

import dev.gantry.check.history.Event;
import dev.gantry.check.history.Event.Step;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.model.LeaderHeader;
import dev.gantry.model.ProtoTimes;
import dev.gantry.model.ServerRotation;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.AllocationUpdates;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Heartbeat;
import dev.gantry.v1.Identity;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.NodeSessionServiceGrpc;
import dev.gantry.v1.Register;
import dev.gantry.v1.Resources;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * A node that speaks the real protocol of nodes and keeps their promises, but whose tasks are only timers: it records each of
 * their steps.
 *
 * <p>One owner thread, which all simulated nodes share, runs everything: the methods are called on it, and gRPC calls back
 * on it.
 */
final class SimulatedNode {

    private static final Metadata.Key<String> LEADER =
            Metadata.Key.of(LeaderHeader.NAME, Metadata.ASCII_STRING_MARSHALLER);

    private static final long START_MILLIS = 150;
    private static final long HEALTHY_MILLIS = 150;
    private static final long STOP_MILLIS = 600;
    private static final long BATCH_MILLIS = 1200;
    private static final int FAILURES_IN = 8;
    private static final long SHORTEST_RETRY_MILLIS = 50;
    private static final long LONGEST_RETRY_MILLIS = 400;
    private static final long REGISTRATION_MILLIS = 4000;

    private final Node node;
    private final String secret;
    private final ServerRotation servers;
    private final UnaryOperator<String> ways;
    private final Map<String, ManagedChannel> channels = new HashMap<>();
    private final ScheduledExecutorService owner;
    private final RandomGenerator random;
    private final Recorder recorder;

    private final Map<String, Run> runs = new HashMap<>();

    /** The newest report of each allocation that no server has acknowledged, with the sequence that it was sent with last. */
    private final Map<String, Report> unacknowledged = new LinkedHashMap<>();

    private Optional<Session> session = Optional.empty();
    private boolean isDead;
    private boolean isClosed;
    private String clusterId = "";
    private long knownIndex;
    private boolean hasRefused;

    private record Report(AllocationUpdate update, long sequence) {}

    /** An allocation on this node. */
    private static final class Run {

        private final Allocation allocation;
        private final boolean isBatch;
        private final long cpu;
        private final long memoryMib;
        private AllocationUpdate update;
        private boolean hasEnded;
        private boolean isStopping;

        Run(Allocation allocation, Job job) {
            this.allocation = allocation;
            this.isBatch = job.getType() == JobType.JOB_TYPE_BATCH;
            List<Resources> resources = job.getTaskGroupsList().stream()
                    .filter(group -> group.getName().equals(allocation.getTaskGroup()))
                    .flatMap(group -> group.getTasksList().stream())
                    .map(Task::getResources)
                    .toList();
            this.cpu = resources.stream().mapToLong(Resources::getCpu).sum();
            this.memoryMib =
                    resources.stream().mapToLong(Resources::getMemoryMib).sum();
            this.update = AllocationUpdate.newBuilder()
                    .setAllocationId(allocation.getId())
                    .setClientStatus(ClientStatus.CLIENT_STATUS_PENDING)
                    .build();
        }
    }

    /**
     * Makes a node that is not connected.
     *
     * @param id its id, a UUID
     * @param name its name
     * @param server HOST:PORT of the server that it tries first
     * @param ways for HOST:PORT of a server, HOST:PORT of this node's network on the way to it
     * @param owner its thread
     * @param random how long its tasks take, and how they end
     * @param recorder records their steps
     */
    SimulatedNode(
            String id,
            String name,
            String server,
            UnaryOperator<String> ways,
            ScheduledExecutorService owner,
            RandomGenerator random,
            Recorder recorder) {
        this.servers = new ServerRotation(List.of(server));
        this.ways = ways;
        this.owner = owner;
        this.random = random;
        this.recorder = recorder;
        this.secret = "secret of " + id;
        this.node = Node.newBuilder()
                .setId(id)
                .setName(name)
                .setDatacenter("dc1")
                .putAttributes("kernel.name", "linux")
                .putAttributes("driver.rkt", "1")
                .putAttributes("driver.rkt.version", "1.30.0")
                .putDrivers("rkt", DriverHealth.newBuilder().setHealthy(true).build())
                .setResources(NodeResources.newBuilder()
                        .setCpu(Workload.NODE_CPU)
                        .setMemoryMib(Workload.NODE_MEMORY_MIB)
                        .setIp("127.0.0.1")
                        .setMinDynamicPort(Workload.FIRST_PORT)
                        .setMaxDynamicPort(Workload.LAST_PORT))
                .build();
        recorder.record(new Event.Joined(recorder.now(), id, name, Workload.NODE_CPU, Workload.NODE_MEMORY_MIB));
    }

    /** Returns its name; any thread may ask. */
    String name() {
        return node.getName();
    }

    /** Begins a session, and another one whenever one has ended. */
    void connect() {
        if (isDead || isClosed || session.isPresent()) {
            return;
        }
        ManagedChannel channel = channels.computeIfAbsent(servers.current(), this::channel);
        // After many failures gRPC itself would wait for minutes.
        channel.resetConnectBackoff();
        Session opened = new Session();
        session = Optional.of(opened);
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("gantry-node-id", Metadata.ASCII_STRING_MARSHALLER), node.getId());
        headers.put(Metadata.Key.of("gantry-node-secret", Metadata.ASCII_STRING_MARSHALLER), secret);
        var unused = NodeSessionServiceGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .connect(opened);
        after(REGISTRATION_MILLIS, () -> {
            if (!opened.isRegistered) {
                opened.cancel();
            }
        });
    }

    private ManagedChannel channel(String server) {
        return NettyChannelBuilder.forTarget(ways.apply(server))
                .usePlaintext()
                .executor(owner)
                .build();
    }

    /** Dies with all tasks, as a machine without power. */
    void die() {
        isDead = true;
        session.ifPresent(Session::cancel);
        runs.values().stream()
                .filter(run -> !run.hasEnded)
                .forEach(run -> end(run, ClientStatus.CLIENT_STATUS_FAILED, OptionalInt.empty()));
    }

    /** Comes back, with what is on its disk. */
    void revive() {
        isDead = false;
        connect();
    }

    /** Ends for good. */
    void close() {
        isClosed = true;
        channels.values().forEach(ManagedChannel::shutdownNow);
    }

    private void take(Allocation assigned, Job job) {
        Run run = new Run(assigned, job);
        runs.put(assigned.getId(), run);
        record(run, Step.TOOK);
        after(random.nextLong(START_MILLIS), () -> start(run));
    }

    private void start(Run run) {
        if (run.hasEnded || run.isStopping) {
            return;
        }
        record(run, Step.STARTED);
        report(
                run,
                update -> update.setClientStatus(ClientStatus.CLIENT_STATUS_RUNNING)
                        .addTaskStates(task(TaskPhase.TASK_PHASE_RUNNING)));
        if (run.isBatch) {
            int exitCode = random.nextInt(FAILURES_IN) == 0 ? 1 : 0;
            ClientStatus status =
                    exitCode == 0 ? ClientStatus.CLIENT_STATUS_COMPLETE : ClientStatus.CLIENT_STATUS_FAILED;
            after(random.nextLong(BATCH_MILLIS), () -> end(run, status, OptionalInt.of(exitCode)));
        } else {
            after(random.nextLong(HEALTHY_MILLIS), () -> {
                if (!run.hasEnded) {
                    report(run, update -> update.setHealthy(true));
                }
            });
        }
    }

    private void stop(Run run) {
        if (!run.isStopping) {
            run.isStopping = true;
            after(
                    random.nextLong(STOP_MILLIS),
                    () -> end(run, ClientStatus.CLIENT_STATUS_COMPLETE, OptionalInt.empty()));
        }
    }

    private void end(Run run, ClientStatus status, OptionalInt exitCode) {
        if (run.hasEnded) {
            return;
        }
        run.hasEnded = true;
        record(run, Step.ENDED);
        TaskState.Builder task = task(TaskPhase.TASK_PHASE_DEAD).setFailed(status == ClientStatus.CLIENT_STATUS_FAILED);
        exitCode.ifPresent(task::setExitCode);
        report(run, update -> update.setClientStatus(status).clearTaskStates().addTaskStates(task));
    }

    private static TaskState.Builder task(TaskPhase phase) {
        return TaskState.newBuilder().setTask("task").setPhase(phase);
    }

    private void record(Run run, Step step) {
        Allocation allocation = run.allocation;
        recorder.record(new Event.Ran(
                recorder.now(),
                node.getId(),
                step,
                allocation.getId(),
                allocation.getJobId(),
                allocation.getPortsList().stream().map(AllocatedPort::getPort).toList(),
                run.cpu,
                run.memoryMib));
    }

    private void report(Run run, Consumer<AllocationUpdate.Builder> change) {
        AllocationUpdate.Builder update = run.update.toBuilder();
        change.accept(update);
        run.update = update.build();
        report(run.update);
    }

    private void report(AllocationUpdate update) {
        unacknowledged.put(update.getAllocationId(), new Report(update, 0));
        session.ifPresent(Session::sendReports);
    }

    private void after(long millis, Runnable work) {
        var unused = owner.schedule(
                () -> {
                    if (!isClosed) {
                        guard(work);
                    }
                },
                millis,
                TimeUnit.MILLISECONDS);
    }

    /** A fault of this node itself must not look like one that the cluster has survived. */
    private void guard(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            recorder.record(new Event.Unsettled(recorder.now(), node.getId(), "the simulated node has failed: " + e));
        }
    }

    /** Returns the reason to refuse a server, as a real node does; empty if it is accepted. */
    private String judge(Identity server) {
        boolean isOther = !clusterId.isEmpty() && !clusterId.equals(server.getClusterId());
        if (isOther || server.getIndex() < knownIndex) {
            String why = "the server is of cluster %s at index %d, and the node has seen cluster %s at index %d"
                    .formatted(server.getClusterId(), server.getIndex(), clusterId, knownIndex);
            if (!hasRefused) {
                hasRefused = true;
                recorder.record(new Event.ServerRefused(recorder.now(), node.getId(), why));
            }
            return why;
        }
        clusterId = server.getClusterId();
        knownIndex = server.getIndex();
        return "";
    }

    /** A session, from its first message to its end. */
    private final class Session implements ClientResponseObserver<ConnectRequest, ConnectResponse> {

        private final Set<String> named = new HashSet<>();
        private ClientCallStreamObserver<ConnectRequest> requests;
        private Optional<Future<?>> heart = Optional.empty();
        private boolean isIdentified;
        private boolean isRefusing;
        private boolean isRegistered;
        private boolean isAllNamed;
        private long sequence;

        @Override
        public void beforeStart(ClientCallStreamObserver<ConnectRequest> stream) {
            requests = stream;
        }

        @Override
        public void onNext(ConnectResponse response) {
            if (isCurrent()) {
                guard(() -> receive(response));
            }
        }

        private void receive(ConnectResponse response) {
            switch (response.getMessageCase()) {
                case IDENTITY -> {
                    isIdentified = true;
                    register(judge(response.getIdentity()));
                }
                case REGISTERED -> {
                    isRegistered = true;
                    servers.settle();
                    beat(ProtoTimes.toDuration(response.getRegistered().getHeartbeatInterval()));
                    unacknowledged.replaceAll((id, report) -> new Report(report.update(), 0));
                    sendReports();
                }
                case DESIRED_STATE -> apply(response.getDesiredState());
                case ALLOCATION_UPDATES_ACK ->
                    acknowledged(response.getAllocationUpdatesAck().getSequence());
                case SERVER_ADDRESSES ->
                    servers.learn(response.getServerAddresses().getAddressesList());
                case REJOIN,
                        READ_LOG,
                        FILE_QUESTION,
                        TASK_ACTION,
                        TASK_VARIABLES,
                        TEMPLATE_DATA,
                        DATA_ANSWER,
                        MESSAGE_NOT_SET ->
                    throw new IllegalStateException("Nobody has asked for %s".formatted(response.getMessageCase()));
            }
        }

        @Override
        public void onError(Throwable failure) {
            Metadata trailers = Status.trailersFromThrowable(failure);
            ended(Optional.ofNullable(trailers).map(named -> named.get(LEADER)));
        }

        @Override
        public void onCompleted() {
            ended(Optional.empty());
        }

        void cancel() {
            requests.cancel("The node is gone", null);
            ended(Optional.empty());
        }

        void sendReports() {
            if (!isRegistered || isRefusing) {
                return;
            }
            AllocationUpdates.Builder updates = AllocationUpdates.newBuilder();
            unacknowledged.values().stream()
                    .filter(report -> report.sequence() == 0)
                    .forEach(report -> updates.addUpdates(report.update()));
            if (updates.getUpdatesCount() == 0) {
                return;
            }
            sequence++;
            unacknowledged.replaceAll(
                    (id, report) -> report.sequence() == 0 ? new Report(report.update(), sequence) : report);
            requests.onNext(ConnectRequest.newBuilder()
                    .setAllocationUpdates(updates.setSequence(sequence))
                    .build());
        }

        private boolean isCurrent() {
            return session.filter(current -> current == this).isPresent();
        }

        private void register(String refusal) {
            isRefusing = !refusal.isEmpty();
            requests.onNext(ConnectRequest.newBuilder()
                    .setRegister(Register.newBuilder()
                            .setNode(node)
                            .setSecret(secret)
                            .setRefusal(refusal))
                    .build());
        }

        private void beat(Duration interval) {
            heart = Optional.of(owner.scheduleAtFixedRate(
                    () -> {
                        if (isCurrent()) {
                            guard(() -> requests.onNext(ConnectRequest.newBuilder()
                                    .setHeartbeat(Heartbeat.getDefaultInstance())
                                    .build()));
                        }
                    },
                    interval.toMillis(),
                    interval.toMillis(),
                    TimeUnit.MILLISECONDS));
        }

        private void apply(DesiredState desired) {
            boolean isBegin = !isAllNamed;
            for (Allocation assigned : desired.getAllocationsList()) {
                // What is told to a node is on the server's disk, so no server of the cluster may forget it.
                knownIndex = Math.max(knownIndex, assigned.getModifyIndex());
                named.add(assigned.getId());
                Optional.ofNullable(runs.get(assigned.getId()))
                        .ifPresentOrElse(run -> adjust(run, assigned, isBegin), () -> begin(assigned, desired));
            }
            if (isBegin && desired.getComplete()) {
                isAllNamed = true;
                List.copyOf(runs.values()).stream()
                        .filter(run -> !run.hasEnded && !named.contains(run.allocation.getId()))
                        .forEach(SimulatedNode.this::stop);
            }
        }

        private void adjust(Run run, Allocation assigned, boolean isBegin) {
            if (!run.hasEnded && !AllocationStatuses.isWanted(assigned)) {
                stop(run);
            }
            if (isBegin && assigned.getClientStatus() != run.update.getClientStatus()) {
                report(run.update);
            }
        }

        private void begin(Allocation assigned, DesiredState desired) {
            if (AllocationStatuses.isWanted(assigned)) {
                take(
                        assigned,
                        desired.getJobsList().stream()
                                .filter(job -> job.getJob().getId().equals(assigned.getJobId())
                                        && job.getVersion() == assigned.getJobVersion())
                                .map(JobVersion::getJob)
                                .findFirst()
                                .orElseThrow(() -> new IllegalStateException(
                                        "The server has sent no job for allocation " + assigned.getId())));
            } else if (!AllocationStatuses.isTerminal(assigned)) {
                report(AllocationUpdate.newBuilder()
                        .setAllocationId(assigned.getId())
                        .setClientStatus(ClientStatus.CLIENT_STATUS_COMPLETE)
                        .build());
            }
        }

        private void acknowledged(long stored) {
            unacknowledged.values().removeIf(report -> report.sequence() > 0 && report.sequence() <= stored);
        }

        /** Goes on to the leader that a server has named before anything else, or to the next server. */
        private void ended(Optional<String> leader) {
            heart.ifPresent(beats -> beats.cancel(false));
            if (!isCurrent()) {
                return;
            }
            session = Optional.empty();
            Optional<String> other = leader.filter(named -> !isIdentified && servers.isNewRedirect(named));
            other.ifPresentOrElse(servers::prefer, servers::advance);
            long wait = other.isPresent() ? 0 : random.nextLong(SHORTEST_RETRY_MILLIS, LONGEST_RETRY_MILLIS);
            after(wait, SimulatedNode.this::connect);
        }
    }
}
