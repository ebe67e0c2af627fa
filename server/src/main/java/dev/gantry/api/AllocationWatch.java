package dev.gantry.api;

import dev.gantry.api.WatchStream.Progress;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.model.AllocationLife;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.WatchAllocationResponse;
import io.grpc.stub.StreamObserver;

/** One client's watch of an allocation. Owned by the turns of its {@link WatchStream}. */
final class AllocationWatch {

    private final String id;
    private final StoreReader reader;
    private final StreamObserver<WatchAllocationResponse> observer;
    private long toldIndex;

    AllocationWatch(String id, StoreReader reader, StreamObserver<WatchAllocationResponse> observer) {
        this.id = id;
        this.reader = reader;
        this.observer = observer;
    }

    /** Sends the allocation if it has changed. */
    Progress tell() {
        Allocation allocation =
                reader.allocations().find(id).orElseThrow(() -> new UnknownObjectException("allocation", id));
        if (allocation.getModifyIndex() != toldIndex) {
            observer.onNext(WatchAllocationResponse.newBuilder()
                    .setAllocation(allocation)
                    .build());
            toldIndex = allocation.getModifyIndex();
        }
        return AllocationLife.isTerminal(allocation) ? Progress.END : Progress.UP_TO_DATE;
    }
}
