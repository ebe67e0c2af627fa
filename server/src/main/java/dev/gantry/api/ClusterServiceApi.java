package dev.gantry.api;

import dev.gantry.audit.AuditLog;
import dev.gantry.store.ClusterCounts;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.AuditState;
import dev.gantry.v1.ClusterServiceGrpc.ClusterServiceImplBase;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.GetStatusResponse;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/** {@code gantry.v1.ClusterService}. */
final class ClusterServiceApi extends ClusterServiceImplBase {

    private final StoreReader reader;
    private final String clusterId;
    private final String version;
    private final boolean isInsecure;
    private final Optional<AuditLog> audit;

    ClusterServiceApi(
            StoreReader reader, String clusterId, String version, boolean isInsecure, Optional<AuditLog> audit) {
        this.reader = reader;
        this.clusterId = clusterId;
        this.version = version;
        this.isInsecure = isInsecure;
        this.audit = audit;
    }

    @Override
    public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
        Responses.answer(observer, () -> {
            ClusterCounts counts = reader.counts();
            return GetStatusResponse.newBuilder()
                    .setVersion(version)
                    .setIndex(reader.lastIndex())
                    .setNodesReady(counts.nodesReady())
                    .setNodesDown(counts.nodesDown())
                    .setNodesRefusing(counts.nodesRefusing())
                    .setClusterId(clusterId)
                    .setJobs(counts.jobs())
                    .setAllocationsLive(counts.allocationsLive())
                    .setEvaluationsBlocked(counts.evaluationsBlocked())
                    .setInsecure(isInsecure)
                    .setAuditState(auditState())
                    .setAuditLinesLost(audit.map(log -> log.state().lost()).orElse(0L))
                    .build();
        });
    }

    private AuditState auditState() {
        if (audit.isEmpty()) {
            return AuditState.AUDIT_STATE_OFF;
        }
        return audit.get().state().fault().isPresent()
                ? AuditState.AUDIT_STATE_FAILING
                : AuditState.AUDIT_STATE_RECORDING;
    }
}
