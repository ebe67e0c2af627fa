package dev.gantry.node.allocation;

/** Told what happens to allocations. */
@FunctionalInterface
public interface AllocationListener {

    /**
     * Something has happened to an allocation. Called on the owner thread.
     *
     * @param run the allocation, as it is now
     * @return whether that is on the disk now
     */
    boolean changed(AllocationRun run);
}
