package dev.gantry.api;

import dev.gantry.access.Grants;
import dev.gantry.api.access.CallGrants;
import dev.gantry.audit.AuditLog;
import dev.gantry.cluster.gc.GarbageRequests;
import dev.gantry.cluster.scheduling.WhatIfs;
import dev.gantry.store.ClusterCounts;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.AuditState;
import dev.gantry.v1.ClusterServiceGrpc.ClusterServiceImplBase;
import dev.gantry.v1.CollectGarbageRequest;
import dev.gantry.v1.CollectGarbageResponse;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.GetStatusResponse;
import dev.gantry.v1.ListServersRequest;
import dev.gantry.v1.ListServersResponse;
import dev.gantry.v1.SaveSnapshotRequest;
import dev.gantry.v1.SaveSnapshotResponse;
import dev.gantry.v1.TransferLeadershipRequest;
import dev.gantry.v1.TransferLeadershipResponse;
import dev.gantry.v1.WhatIfRequest;
import dev.gantry.v1.WhatIfResponse;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/** {@code gantry.v1.ClusterService}. */
final class ClusterServiceApi extends ClusterServiceImplBase {

    private final StoreReader reader;
    private final WhatIfValidator validator;
    private final WhatIfs whatIfs;
    private final String clusterId;
    private final String version;
    private final boolean isInsecure;
    private final Optional<AuditLog> audit;
    private final GarbageRequests garbage;
    private final Snapshots snapshots;
    private final ServerList servers;

    ClusterServiceApi(
            StoreReader reader,
            JobValidator jobs,
            WhatIfs whatIfs,
            String clusterId,
            String version,
            boolean isInsecure,
            Optional<AuditLog> audit,
            GarbageRequests garbage,
            Snapshots snapshots,
            ServerList servers) {
        this.reader = reader;
        this.validator = new WhatIfValidator(jobs);
        this.whatIfs = whatIfs;
        this.clusterId = clusterId;
        this.version = version;
        this.isInsecure = isInsecure;
        this.audit = audit;
        this.garbage = garbage;
        this.snapshots = snapshots;
        this.servers = servers;
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

    @Override
    public void collectGarbage(CollectGarbageRequest request, StreamObserver<CollectGarbageResponse> observer) {
        Responses.answerLater(
                observer,
                garbage::collect,
                collected -> CollectGarbageResponse.newBuilder()
                        .setEvaluations(collected.evaluations())
                        .setDeployments(collected.deployments())
                        .setAllocations(collected.allocations())
                        .setJobVersions(collected.jobVersions())
                        .setJobs(collected.jobs())
                        .setNodes(collected.nodes())
                        .build());
    }

    @Override
    public void whatIf(WhatIfRequest request, StreamObserver<WhatIfResponse> observer) {
        Grants grants = CallGrants.ofThisCall().now();
        Context call = Context.current();
        Responses.answerLater(
                observer,
                () -> whatIfs.ask(validator.complete(request), call::isCancelled),
                answer -> WhatIfAnswers.of(answer, request, grants));
    }

    @Override
    public void saveSnapshot(SaveSnapshotRequest request, StreamObserver<SaveSnapshotResponse> observer) {
        snapshots.send((ServerCallStreamObserver<SaveSnapshotResponse>) observer);
    }

    @Override
    public void listServers(ListServersRequest request, StreamObserver<ListServersResponse> observer) {
        Responses.answer(observer, servers::list);
    }

    @Override
    public void transferLeadership(
            TransferLeadershipRequest request, StreamObserver<TransferLeadershipResponse> observer) {
        Responses.answer(observer, servers::transfer);
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
