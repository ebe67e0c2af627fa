package dev.gantry.store;

/**
 * A database that was just opened, and what was found out on the way.
 *
 * @param database the database
 * @param isForked true if the database lacks acknowledged writes, and that was accepted
 * @param allocations the index of allocations; loaded if all rows were read to check the database
 */
record OpenedDatabase(Database database, boolean isForked, AllocationIndex allocations) implements AutoCloseable {

    @Override
    public void close() {
        database.close();
    }
}
