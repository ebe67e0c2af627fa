package dev.gantry.api;

import dev.gantry.store.ClusterCounts;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.ClusterServiceGrpc.ClusterServiceImplBase;
import dev.gantry.v1.GetStatusRequest;
import dev.gantry.v1.GetStatusResponse;
import io.grpc.stub.StreamObserver;

/** {@code gantry.v1.ClusterService}. */
final class ClusterServiceApi extends ClusterServiceImplBase {

    private final StoreReader reader;
    private final String clusterId;
    private final String version;
    private final boolean isInsecure;

    ClusterServiceApi(StoreReader reader, String clusterId, String version, boolean isInsecure) {
        this.reader = reader;
        this.clusterId = clusterId;
        this.version = version;
        this.isInsecure = isInsecure;
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
                    .build();
        });
    }
}
