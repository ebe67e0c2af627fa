package dev.gantry.bench;

import com.google.protobuf.Timestamp;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.AllocationUpdates;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.DesiredState;
import dev.gantry.v1.DesiredStatus;
import dev.gantry.v1.Heartbeat;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeSessionServiceGrpc.NodeSessionServiceStub;
import dev.gantry.v1.Register;
import dev.gantry.v1.TaskPhase;
import dev.gantry.v1.TaskState;
import io.grpc.stub.StreamObserver;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A simulated node: it uses the real session protocol, but runs no tasks. It reports at once that assigned allocations
 * run or have stopped. Its state is guarded by its own lock; no method blocks.
 */
final class HollowNode implements StreamObserver<ConnectResponse> {

    private final Node node;
    private final String secret = UUID.randomUUID().toString();
    private final FleetListener listener;
    private final NavigableMap<Long, List<String>> unacknowledged = new TreeMap<>();
    private StreamObserver<ConnectRequest> requests;
    private long sequence;
    private boolean registered;

    HollowNode(Node node, FleetListener listener) {
        this.node = node;
        this.listener = listener;
    }

    String name() {
        return node.getName();
    }

    String id() {
        return node.getId();
    }

    String secret() {
        return secret;
    }

    synchronized void connect(NodeSessionServiceStub stub) {
        requests = stub.connect(this);
        requests.onNext(ConnectRequest.newBuilder()
                .setRegister(Register.newBuilder().setNode(node).setSecret(secret))
                .build());
    }

    /** Says that the node is alive. A server hears that only of nodes that it has registered. */
    synchronized void heartbeat() {
        if (!registered) {
            return;
        }
        requests.onNext(ConnectRequest.newBuilder()
                .setHeartbeat(Heartbeat.getDefaultInstance())
                .build());
    }

    @Override
    public void onNext(ConnectResponse response) {
        switch (response.getMessageCase()) {
            case REGISTERED -> {
                isRegistered();
                listener.registered(
                        ProtoTimes.toDuration(response.getRegistered().getHeartbeatInterval()));
            }
            case DESIRED_STATE -> obey(response.getDesiredState());
            case ALLOCATION_UPDATES_ACK ->
                acknowledged(response.getAllocationUpdatesAck().getSequence());
            case IDENTITY, SERVER_ADDRESSES -> {
                // It is new in each run, and knows no other cluster and no other server.
            }
            case READ_LOG,
                    FILE_QUESTION,
                    REJOIN,
                    TASK_ACTION,
                    TASK_VARIABLES,
                    TEMPLATE_DATA,
                    DATA_ANSWER,
                    MESSAGE_NOT_SET -> throw new IllegalStateException("A simulated node has no logs and no files");
        }
    }

    @Override
    public void onError(Throwable failure) {
        listener.lost(node.getName(), failure);
    }

    @Override
    public void onCompleted() {
        // The server ends sessions by a status only.
    }

    private synchronized void isRegistered() {
        registered = true;
    }

    private synchronized void obey(DesiredState state) {
        if (state.getAllocationsCount() == 0) {
            return;
        }
        AllocationUpdates.Builder updates = AllocationUpdates.newBuilder().setSequence(++sequence);
        state.getAllocationsList().forEach(allocation -> {
            listener.placed(allocation);
            updates.addUpdates(update(allocation));
        });
        unacknowledged.put(
                sequence,
                state.getAllocationsList().stream()
                        .filter(HollowNode::shallRun)
                        .map(Allocation::getJobId)
                        .toList());
        requests.onNext(
                ConnectRequest.newBuilder().setAllocationUpdates(updates).build());
    }

    private void acknowledged(long acknowledgedSequence) {
        List<String> jobs = new ArrayList<>();
        synchronized (this) {
            var acknowledged = unacknowledged.headMap(acknowledgedSequence, true);
            acknowledged.values().forEach(jobs::addAll);
            acknowledged.clear();
        }
        jobs.forEach(listener::running);
    }

    private static boolean shallRun(Allocation allocation) {
        return allocation.getDesiredStatus() == DesiredStatus.DESIRED_STATUS_RUN;
    }

    private static AllocationUpdate update(Allocation allocation) {
        boolean runs = shallRun(allocation);
        return AllocationUpdate.newBuilder()
                .setAllocationId(allocation.getId())
                .setClientStatus(runs ? ClientStatus.CLIENT_STATUS_RUNNING : ClientStatus.CLIENT_STATUS_COMPLETE)
                .addTaskStates(TaskState.newBuilder()
                        .setTask("task")
                        .setPhase(runs ? TaskPhase.TASK_PHASE_RUNNING : TaskPhase.TASK_PHASE_DEAD)
                        .setStartTime(
                                Timestamp.newBuilder().setSeconds(Instant.now().getEpochSecond())))
                .build();
    }
}
