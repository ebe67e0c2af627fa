package dev.gantry.store;

/**
 * A database that this server has opened to write to it, and what was found out on the way.
 *
 * @param database the database
 * @param lease the right to write to it
 * @param isForked true if the database lacks acknowledged writes, and that was accepted
 * @param allocations the index of allocations; loaded if all rows were read to check the database
 */
record OpenedDatabase(Database database, WriterLease lease, boolean isForked, AllocationIndex allocations)
        implements AutoCloseable {

    @Override
    public void close() {
        lease.close();
        database.close();
    }
}
