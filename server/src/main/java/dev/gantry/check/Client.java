package dev.gantry.check;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import dev.gantry.check.Plan.Step;
import dev.gantry.check.history.Event;
import dev.gantry.check.history.Event.Call;
import dev.gantry.check.history.Operation;
import dev.gantry.check.history.Operation.Dispatch;
import dev.gantry.check.history.Operation.Drain;
import dev.gantry.check.history.Operation.EndDrain;
import dev.gantry.check.history.Operation.OfJob;
import dev.gantry.check.history.Operation.Promote;
import dev.gantry.check.history.Operation.Read;
import dev.gantry.check.history.Operation.ReadIndex;
import dev.gantry.check.history.Operation.Scale;
import dev.gantry.check.history.Operation.Stop;
import dev.gantry.check.history.Operation.StopAllocation;
import dev.gantry.check.history.Operation.Submit;
import dev.gantry.check.history.Outcome;
import dev.gantry.check.history.Outcome.Absent;
import dev.gantry.check.history.Outcome.AtIndex;
import dev.gantry.check.history.Outcome.Child;
import dev.gantry.check.history.Outcome.Conflict;
import dev.gantry.check.history.Outcome.Done;
import dev.gantry.check.history.Outcome.Found;
import dev.gantry.check.history.Outcome.Refused;
import dev.gantry.check.history.Outcome.Stored;
import dev.gantry.check.history.Outcome.Unknown;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.DispatchJobRequest;
import dev.gantry.v1.DrainEnd;
import dev.gantry.v1.DrainNodeRequest;
import dev.gantry.v1.DrainStrategy;
import dev.gantry.v1.GetJobRequest;
import dev.gantry.v1.GetJobResponse;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.JobServiceGrpc.JobServiceBlockingStub;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.PromoteDeploymentRequest;
import dev.gantry.v1.ScaleJobRequest;
import dev.gantry.v1.ScaleJobResponse;
import dev.gantry.v1.StopAllocationRequest;
import dev.gantry.v1.StopJobRequest;
import dev.gantry.v1.SubmitJobRequest;
import dev.gantry.v1.SubmitJobResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A client that takes the steps of a plan, one after the other. It knows no retries but its own: a call whose outcome is
 * unknown is repeated with the same request id. Owned by its thread.
 */
final class Client {

    private static final long DEADLINE_MILLIS = 2500;
    private static final long LONGEST_RETRY_MILLIS = 250;

    private final int number;
    private final Plan plan;
    private final List<ManagedChannel> channels;
    private final List<String> nodes;
    private final Recorder recorder;
    private final Pause pause;
    private final Consumer<String> stored;
    private final RandomGenerator random;

    /** Varies the waits between attempts: how many there are is no part of the plan. */
    private final RandomGenerator jitter = new SplittableRandom();

    /** The modify_index of each job, as this client was last told. */
    private final Map<String, Long> indexes = new HashMap<>();

    private Optional<GetJobResponse> lastRead = Optional.empty();
    private Optional<String> drained = Optional.empty();
    private int requests;

    /** The channel of the next attempt. */
    private int current;

    /** How a client waits. */
    interface Pause {

        /**
         * Waits.
         *
         * @return false if the check has ended, and nothing is to be repeated any more
         */
        boolean await(long millis) throws InterruptedException;
    }

    /**
     * Makes a client.
     *
     * @param number its number, from 0
     * @param plan what it does
     * @param channels its connection to each server: a call that fails is repeated with the next one
     * @param nodes the names of the nodes that only this client drains
     * @param recorder records its calls
     * @param pause waits between calls
     * @param stored learns of each job that was stored
     */
    Client(
            int number,
            Plan plan,
            List<ManagedChannel> channels,
            List<String> nodes,
            Recorder recorder,
            Pause pause,
            Consumer<String> stored) {
        this.number = number;
        this.plan = plan;
        this.channels = List.copyOf(channels);
        this.nodes = List.copyOf(nodes);
        this.recorder = recorder;
        this.pause = pause;
        this.stored = stored;
        this.random = plan.ofClient(number);
    }

    /** Takes the next step, in a round of the plan. */
    void step(int round) throws InterruptedException {
        Step step = Plan.step(random);
        current = step.server() % channels.size();
        Optional<Operation> operation = operation(step, Workload.job(round, step.job()));
        if (operation.isPresent()) {
            call(operation.get(), step.abandons(), step.repeats());
        }
        pause.await(step.pauseMillis());
    }

    /** Stops the jobs of a round that are this client's to stop. */
    void endRound(int round) throws InterruptedException {
        for (int job = 0; job < Plan.JOBS; job++) {
            if (job % plan.clients() == number) {
                call(new Stop(Workload.job(round, job)), false, false);
            }
        }
        indexes.clear();
    }

    /** Ends all drains that this client may have begun. */
    void finish() throws InterruptedException {
        for (String node : nodes) {
            call(new EndDrain(node), false, false);
        }
    }

    private Optional<Operation> operation(Step step, String job) {
        return Optional.ofNullable(
                switch (step.kind()) {
                    case SUBMIT -> new Submit(job, newTag(), count(step), Submit.ANY);
                    case SUBMIT_IF_UNCHANGED -> new Submit(job, newTag(), count(step), indexes.getOrDefault(job, 0L));
                    case SCALE -> new Scale(job, count(step));
                    case STOP -> new Stop(job);
                    case READ -> new Read(job);
                    case READ_INDEX -> new ReadIndex();
                    case DISPATCH ->
                        new Dispatch(Workload.PARENTS.get(step.number() % Workload.PARENTS.size()), newTag());
                    case PROMOTE ->
                        lastRead.filter(GetJobResponse::hasDeployment)
                                .map(read -> new Promote(
                                        read.getDeployment().getJobId(),
                                        read.getDeployment().getId()))
                                .orElse(null);
                    case STOP_ALLOCATION ->
                        lastRead.filter(read -> read.getAllocationsCount() > 0)
                                .map(read -> read.getAllocations(step.number() % read.getAllocationsCount()))
                                .map(allocation -> new StopAllocation(allocation.getId()))
                                .orElse(null);
                    case DRAIN -> drain(step);
                });
    }

    private Operation drain(Step step) {
        if (drained.isPresent()) {
            Operation end = new EndDrain(drained.get());
            drained = Optional.empty();
            return end;
        }
        if (nodes.isEmpty()) {
            return null;
        }
        drained = Optional.of(nodes.get(step.number() % nodes.size()));
        return new Drain(drained.get());
    }

    private static int count(Step step) {
        return step.number() % (Plan.MOST + 1);
    }

    private String newTag() {
        requests++;
        return "%d-%d".formatted(number, requests);
    }

    /** Calls until the outcome is known, and records the call. */
    Outcome call(Operation operation, boolean abandons, boolean repeats) throws InterruptedException {
        requests++;
        boolean isRead = operation instanceof Read || operation instanceof ReadIndex;
        String requestId = isRead ? "" : "request-%d-%d-%d".formatted(plan.seed(), number, requests);
        long first = recorder.now();
        for (int attempt = 1; ; attempt++) {
            long sent = recorder.now();
            Outcome outcome = attempt(operation, requestId);
            long end = recorder.now();
            if (outcome instanceof Unknown && !isRead) {
                boolean goesOn = !abandons && pause.await(1 + jitter.nextLong(LONGEST_RETRY_MILLIS));
                if (!goesOn) {
                    recorder.record(new Call(first, Event.NEVER, number, requestId, operation, outcome, attempt));
                    return outcome;
                }
                continue;
            }
            if (outcome instanceof Unknown) {
                return outcome;
            }
            remember(operation, outcome);
            boolean isDone = outcome instanceof Stored || outcome instanceof Child;
            if (attempt > 1 && !isDone && operation instanceof OfJob) {
                // An earlier attempt may still be on its way, and is not remembered as refused.
                recorder.record(new Call(
                        first, Event.NEVER, number, requestId, operation, new Unknown("an earlier attempt"), attempt));
                recorder.record(new Call(sent, end, number, requestId, operation, outcome, 1));
            } else {
                Call call = new Call(first, end, number, requestId, operation, outcome, attempt);
                recorder.record(call);
                if (repeats && isDone) {
                    Outcome again = attempt(operation, requestId);
                    if (!(again instanceof Unknown)) {
                        recorder.record(new Event.Repeated(recorder.now(), call, again));
                    }
                }
            }
            return outcome;
        }
    }

    private void remember(Operation operation, Outcome outcome) {
        if (operation instanceof OfJob of) {
            if (outcome instanceof Stored answer) {
                indexes.put(of.job(), answer.index());
                stored.accept(of.job());
            } else if (outcome instanceof Found found) {
                indexes.put(of.job(), found.state().index());
            } else if (outcome instanceof Conflict conflict) {
                indexes.put(of.job(), conflict.found());
            }
        }
    }

    private Outcome attempt(Operation operation, String requestId) {
        try {
            return send(operation, requestId);
        } catch (StatusRuntimeException e) {
            Outcome outcome = failed(operation, e);
            if (outcome instanceof Unknown) {
                // After many failures gRPC itself would wait for minutes.
                channel().resetConnectBackoff();
                current = (current + 1) % channels.size();
            }
            return outcome;
        }
    }

    private Outcome send(Operation operation, String requestId) {
        if (operation instanceof Submit submit) {
            Job job = Workload.of(submit);
            SubmitJobRequest.Builder request =
                    SubmitJobRequest.newBuilder().setJob(job).setRequestId(requestId);
            if (submit.isConditional()) {
                request.setCheckIndex(submit.checkIndex());
            }
            SubmitJobResponse answer = jobs().submitJob(request.build());
            return new Stored(answer.getVersion(), answer.getModifyIndex());
        } else if (operation instanceof Scale scale) {
            ScaleJobResponse answer = jobs().scaleJob(ScaleJobRequest.newBuilder()
                    .setJobId(scale.job())
                    .setCount(scale.count())
                    .setRequestId(requestId)
                    .build());
            return new Stored(answer.getVersion(), answer.getModifyIndex());
        } else if (operation instanceof Stop stop) {
            return new Stored(
                    Stored.NO_VERSION,
                    jobs().stopJob(StopJobRequest.newBuilder()
                                    .setJobId(stop.job())
                                    .setRequestId(requestId)
                                    .build())
                            .getModifyIndex());
        } else if (operation instanceof Read read) {
            GetJobResponse answer = jobs().getJob(
                            GetJobRequest.newBuilder().setJobId(read.job()).build());
            recorder.observe(answer.getAllocationsList());
            lastRead = Optional.of(answer);
            return new Found(Workload.state(answer.getJob()));
        } else if (operation instanceof ReadIndex) {
            return new AtIndex(ClusterServiceGrpc.newBlockingStub(channel())
                    .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                    .getStatus(GetStatusRequest.getDefaultInstance())
                    .getIndex());
        } else if (operation instanceof Dispatch dispatch) {
            return new Child(jobs().dispatchJob(DispatchJobRequest.newBuilder()
                            .setJobId(dispatch.parent())
                            .putMeta(Workload.DISPATCH_TAG, dispatch.tag())
                            .setRequestId(requestId)
                            .build())
                    .getDispatchedJobId());
        }
        return sendToOthers(operation, requestId);
    }

    private Outcome sendToOthers(Operation operation, String requestId) {
        if (operation instanceof Promote promote) {
            var unused = jobs().promoteDeployment(PromoteDeploymentRequest.newBuilder()
                    .setDeploymentId(promote.deployment())
                    .setRequestId(requestId)
                    .build());
            return new Done();
        } else if (operation instanceof StopAllocation stop) {
            var unused = AllocationServiceGrpc.newBlockingStub(channel())
                    .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                    .stopAllocation(StopAllocationRequest.newBuilder()
                            .setAllocationId(stop.allocation())
                            .build());
            return new Done();
        } else if (operation instanceof Drain drain) {
            return drain(
                    DrainNodeRequest.newBuilder().setNodeId(drain.node()).setBegin(DrainStrategy.getDefaultInstance()));
        } else if (operation instanceof EndDrain end) {
            return drain(DrainNodeRequest.newBuilder()
                    .setNodeId(end.node())
                    .setEnd(DrainEnd.newBuilder().setMarkEligible(true)));
        }
        throw new IllegalArgumentException("%s is no call".formatted(operation));
    }

    private Outcome drain(DrainNodeRequest.Builder request) {
        return new AtIndex(NodeServiceGrpc.newBlockingStub(channel())
                .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
                .drainNode(request.build())
                .getNode()
                .getModifyIndex());
    }

    private ManagedChannel channel() {
        return channels.get(current);
    }

    private JobServiceBlockingStub jobs() {
        return JobServiceGrpc.newBlockingStub(channel()).withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static Outcome failed(Operation operation, StatusRuntimeException failure) {
        Status status = failure.getStatus();
        return switch (status.getCode()) {
            case NOT_FOUND -> new Absent();
            case FAILED_PRECONDITION -> new Refused(status.getDescription());
            case ABORTED -> new Conflict(conflict(failure));
            case INVALID_ARGUMENT, UNIMPLEMENTED, PERMISSION_DENIED, UNAUTHENTICATED ->
                throw new IllegalStateException("The server does not take %s".formatted(operation), failure);
            default -> new Unknown(status.toString());
        };
    }

    private static long conflict(StatusRuntimeException failure) {
        return StatusProto.fromThrowable(failure).getDetailsList().stream()
                .filter(detail -> detail.is(ErrorInfo.class))
                .map(detail -> {
                    try {
                        return detail.unpack(ErrorInfo.class);
                    } catch (InvalidProtocolBufferException e) {
                        throw new IllegalStateException("The server has sent a detail that can't be read", e);
                    }
                })
                .map(info -> Long.parseLong(info.getMetadataOrThrow("modify_index")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("A conflict without its index", failure));
    }
}
