package dev.gantry.client;

import static java.util.Map.entry;

import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.ServiceDirectoryGrpc;
import io.grpc.MethodDescriptor;
import java.util.Map;

/**
 * Whether a call may be made again after it has failed, though the server may have done already what it was asked. Each
 * method of {@code gantry.v1} that the client calls has a row; a method without one is never repeated.
 */
enum Idempotency {
    /** Changes nothing. */
    READS,
    /** Sets something to what the call names, which is the same after the second time. */
    SETS,
    /** The server answers a second call with the same {@code request_id} as the first. */
    HAS_REQUEST_ID,
    /** A stream: whoever reads it opens another one that goes on where this one broke off, see {@link ResumingWatch}. */
    IS_RESUMED,
    /** A second call may do something that nobody has asked for. */
    NEVER;

    private static final Map<MethodDescriptor<?, ?>, Idempotency> METHODS = Map.ofEntries(
            entry(JobServiceGrpc.getSubmitJobMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getPlanJobMethod(), READS),
            entry(JobServiceGrpc.getValidateJobMethod(), READS),
            entry(JobServiceGrpc.getGetJobMethod(), READS),
            entry(JobServiceGrpc.getListJobsMethod(), READS),
            entry(JobServiceGrpc.getListJobVersionsMethod(), READS),
            entry(JobServiceGrpc.getRevertJobMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getStopJobMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getListDeploymentsMethod(), READS),
            entry(JobServiceGrpc.getGetDeploymentMethod(), READS),
            entry(JobServiceGrpc.getPromoteDeploymentMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getFailDeploymentMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getDispatchJobMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getForcePeriodicJobMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getListEvaluationsMethod(), READS),
            entry(JobServiceGrpc.getGetEvaluationMethod(), READS),
            entry(JobServiceGrpc.getWatchJobMethod(), IS_RESUMED),
            entry(AllocationServiceGrpc.getGetAllocationMethod(), READS),
            entry(AllocationServiceGrpc.getListAllocationsMethod(), READS),
            entry(AllocationServiceGrpc.getWatchAllocationMethod(), IS_RESUMED),
            entry(AllocationServiceGrpc.getStreamLogsMethod(), IS_RESUMED),
            entry(AllocationServiceGrpc.getStopAllocationMethod(), SETS),
            entry(NodeServiceGrpc.getGetNodeMethod(), READS),
            entry(NodeServiceGrpc.getListNodesMethod(), READS),
            entry(NodeServiceGrpc.getDrainNodeMethod(), SETS),
            entry(NodeServiceGrpc.getSetNodeEligibilityMethod(), SETS),
            // A node may be meant by its name, and another one of that name may be left after the first time.
            entry(NodeServiceGrpc.getPurgeNodeMethod(), NEVER),
            // After the first time the node refuses the server no more, which would be answered as a failure.
            entry(NodeServiceGrpc.getRejoinNodeMethod(), NEVER),
            entry(NodeServiceGrpc.getWatchNodeMethod(), IS_RESUMED),
            entry(ServiceDirectoryGrpc.getListServicesMethod(), READS),
            entry(ServiceDirectoryGrpc.getGetServiceMethod(), READS),
            entry(ServiceDirectoryGrpc.getWatchServiceMethod(), IS_RESUMED),
            entry(ClusterServiceGrpc.getGetStatusMethod(), READS));

    /** All methods that have a row. */
    static Map<MethodDescriptor<?, ?>, Idempotency> methods() {
        return METHODS;
    }

    static Idempotency of(MethodDescriptor<?, ?> method) {
        return METHODS.getOrDefault(method, NEVER);
    }

    /** Returns true if the SDK may send the call again. */
    boolean isAllowed() {
        return switch (this) {
            case READS, SETS, HAS_REQUEST_ID -> true;
            case IS_RESUMED, NEVER -> false;
        };
    }
}
