package dev.gantry.node.allocation;

import java.util.concurrent.CompletableFuture;

/** Told what happens to allocations. */
@FunctionalInterface
public interface AllocationListener {

    /**
     * Something has happened to an allocation. Called on the owner thread.
     *
     * @param runner the allocation, as it is now
     * @return completed with whether that is on the disk
     */
    CompletableFuture<Boolean> changed(AllocationRunner runner);
}
