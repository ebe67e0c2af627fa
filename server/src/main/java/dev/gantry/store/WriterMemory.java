package dev.gantry.store;

/**
 * What the store's writer need not ask the database for.
 *
 * @param nodeAllocations which allocations may be on which node
 * @param openNodes which nodes may be given new allocations
 * @param recent what was looked at last
 */
record WriterMemory(NodeAllocations nodeAllocations, OpenNodes openNodes, Recent recent) {}
