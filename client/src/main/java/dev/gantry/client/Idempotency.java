package dev.gantry.client;

import static java.util.Map.entry;

import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AllocationServiceGrpc;
import dev.gantry.v1.ClusterServiceGrpc;
import dev.gantry.v1.DiscoveryServiceGrpc;
import dev.gantry.v1.JobServiceGrpc;
import dev.gantry.v1.NodeServiceGrpc;
import dev.gantry.v1.VariableServiceGrpc;
import io.grpc.MethodDescriptor;
import java.util.Map;

/**
 * Tells if a failed call is safe to repeat, although it may already have taken effect. Each method of {@code gantry.v1}
 * that the client calls has an entry; a method without one is never repeated.
 */
enum Idempotency {
    /** Changes nothing. */
    READS,
    /** Sets something to a value in the call: a second call changes nothing. */
    SETS,
    /** The server returns to a second call with the same {@code request_id} the response of the first. */
    HAS_REQUEST_ID,
    /**
     * A stream that is resumed by a new call, see {@link ResumingWatch}.
     */
    IS_RESUMED,
    /** A second call could have an unwanted effect. */
    NEVER;

    private static final Map<MethodDescriptor<?, ?>, Idempotency> METHODS = Map.ofEntries(
            entry(JobServiceGrpc.getSubmitJobMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getPlanJobMethod(), READS),
            entry(JobServiceGrpc.getValidateJobMethod(), READS),
            entry(JobServiceGrpc.getParseJobMethod(), READS),
            entry(JobServiceGrpc.getGetJobMethod(), READS),
            entry(JobServiceGrpc.getListJobsMethod(), READS),
            entry(JobServiceGrpc.getListJobVersionsMethod(), READS),
            entry(JobServiceGrpc.getRevertJobMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getScaleJobMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getEvaluateJobMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getStopJobMethod(), HAS_REQUEST_ID),
            // After a first call there is no such job any more, so the second call would fail.
            entry(JobServiceGrpc.getPurgeJobMethod(), NEVER),
            entry(JobServiceGrpc.getListDeploymentsMethod(), READS),
            entry(JobServiceGrpc.getGetDeploymentMethod(), READS),
            entry(JobServiceGrpc.getPromoteDeploymentMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getFailDeploymentMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getPauseDeploymentMethod(), SETS),
            entry(JobServiceGrpc.getResumeDeploymentMethod(), SETS),
            entry(JobServiceGrpc.getSetDeploymentHealthMethod(), SETS),
            entry(JobServiceGrpc.getDispatchJobMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getForcePeriodicJobMethod(), HAS_REQUEST_ID),
            entry(JobServiceGrpc.getListEvaluationsMethod(), READS),
            entry(JobServiceGrpc.getGetEvaluationMethod(), READS),
            entry(JobServiceGrpc.getWatchJobMethod(), IS_RESUMED),
            entry(AllocationServiceGrpc.getGetAllocationMethod(), READS),
            entry(AllocationServiceGrpc.getListAllocationsMethod(), READS),
            entry(AllocationServiceGrpc.getWatchAllocationMethod(), IS_RESUMED),
            entry(AllocationServiceGrpc.getStreamLogsMethod(), IS_RESUMED),
            entry(AllocationServiceGrpc.getListFilesMethod(), READS),
            entry(AllocationServiceGrpc.getGetFileMethod(), READS),
            entry(AllocationServiceGrpc.getReadFileMethod(), READS),
            // A second call would restart the tasks again, or send the signal twice.
            entry(AllocationServiceGrpc.getRestartAllocationMethod(), NEVER),
            entry(AllocationServiceGrpc.getSignalAllocationMethod(), NEVER),
            entry(AllocationServiceGrpc.getStopAllocationMethod(), SETS),
            entry(NodeServiceGrpc.getGetNodeMethod(), READS),
            entry(NodeServiceGrpc.getListNodesMethod(), READS),
            entry(NodeServiceGrpc.getDrainNodeMethod(), SETS),
            entry(NodeServiceGrpc.getSetNodeEligibilityMethod(), SETS),
            // After a first call by name, the name may identify another node.
            entry(NodeServiceGrpc.getPurgeNodeMethod(), NEVER),
            // After a first call the node does not refuse the server any more, so the second call would fail.
            entry(NodeServiceGrpc.getRejoinNodeMethod(), NEVER),
            entry(NodeServiceGrpc.getWatchNodeMethod(), IS_RESUMED),
            entry(DiscoveryServiceGrpc.getListServicesMethod(), READS),
            entry(DiscoveryServiceGrpc.getGetServiceMethod(), READS),
            entry(DiscoveryServiceGrpc.getWatchServiceMethod(), IS_RESUMED),
            // A first answer that is lost has the only copy of the secret.
            entry(AclServiceGrpc.getCreateAclTokenMethod(), NEVER),
            entry(AclServiceGrpc.getBootstrapAclMethod(), NEVER),
            entry(AclServiceGrpc.getApplyAclPolicyMethod(), SETS),
            entry(AclServiceGrpc.getGetAclPolicyMethod(), READS),
            entry(AclServiceGrpc.getListAclPoliciesMethod(), READS),
            // After a first call there is no such object any more, so the second call would fail.
            entry(AclServiceGrpc.getDeleteAclPolicyMethod(), NEVER),
            entry(AclServiceGrpc.getDeleteAclTokenMethod(), NEVER),
            entry(AclServiceGrpc.getGetAclTokenMethod(), READS),
            entry(AclServiceGrpc.getGetOwnAclTokenMethod(), READS),
            entry(AclServiceGrpc.getListAclTokensMethod(), READS),
            entry(AclServiceGrpc.getUpdateAclTokenMethod(), SETS),
            // With a check index, a second call finds the index of the first: the caller reads again, as after a
            // conflict.
            entry(VariableServiceGrpc.getPutVariableMethod(), SETS),
            entry(VariableServiceGrpc.getGetVariableMethod(), READS),
            entry(VariableServiceGrpc.getListVariablesMethod(), READS),
            entry(VariableServiceGrpc.getDeleteVariableMethod(), NEVER),
            // A second call would make another key.
            entry(VariableServiceGrpc.getRotateVariableKeyMethod(), NEVER),
            entry(VariableServiceGrpc.getListVariableKeysMethod(), READS),
            entry(ClusterServiceGrpc.getListServersMethod(), READS),
            // A second call would take the lead from the server that the first call gave it to.
            entry(ClusterServiceGrpc.getTransferLeadershipMethod(), NEVER),
            entry(ClusterServiceGrpc.getCollectGarbageMethod(), SETS),
            entry(ClusterServiceGrpc.getGetStatusMethod(), READS),
            entry(ClusterServiceGrpc.getWhatIfMethod(), READS),
            // The caller has written a part of the first answer already.
            entry(ClusterServiceGrpc.getSaveSnapshotMethod(), NEVER));

    /** Returns all methods that have an entry. */
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
