package dev.gantry.api;

import dev.gantry.api.WatchStream.News;
import dev.gantry.api.WatchStream.Progress;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.model.AllocationStatuses;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.WatchAllocationResponse;
import java.util.Optional;

/** One client's watch of an allocation. Owned by the turns of its {@link WatchStream}. */
final class AllocationWatch {

    private final String id;
    private final StoreReader reader;
    private long toldIndex;

    AllocationWatch(String id, StoreReader reader) {
        this.id = id;
        this.reader = reader;
    }

    /** Returns the allocation if it has changed since the last message. */
    News<WatchAllocationResponse> next() {
        Allocation allocation =
                reader.allocations().find(id).orElseThrow(() -> new UnknownObjectException("allocation", id));
        Optional<WatchAllocationResponse> message = allocation.getModifyIndex() == toldIndex
                ? Optional.empty()
                : Optional.of(WatchAllocationResponse.newBuilder()
                        .setAllocation(allocation)
                        .build());
        return new News<>(
                message,
                AllocationStatuses.isTerminal(allocation) ? Progress.END : Progress.UP_TO_DATE,
                () -> toldIndex = allocation.getModifyIndex());
    }
}
