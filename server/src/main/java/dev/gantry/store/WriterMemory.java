package dev.gantry.store;

/**
 * What the store's writer need not ask the database for.
 *
 * @param allocations which allocations may be on which node and of which job
 * @param openNodes which nodes may be given new allocations
 * @param jobIds which jobs are known
 * @param requestIds which submissions are known
 * @param recent what was looked at last
 */
record WriterMemory(
        AllocationIndex allocations, OpenNodes openNodes, KeyFilter jobIds, KeyFilter requestIds, Recent recent) {

    WriterMemory(AllocationIndex allocations) {
        this(allocations, new OpenNodes(), new KeyFilter(), new KeyFilter(), new Recent());
    }
}
