package dev.gantry.check.history;

/** A call of a client. */
public sealed interface Operation {

    /**
     * A call that reads or changes one job. The calls of each job must be linearizable.
     */
    sealed interface OfJob extends Operation {

        /** Returns the id of the job. */
        String job();
    }

    /**
     * Submits a job.
     *
     * @param job the id of the job
     * @param tag a text in the job that no other submission has, so that each submission changes the job
     * @param count the count of the job's group
     * @param checkIndex the modify_index that the stored job must have, 0 for none; {@link #ANY}: any
     */
    record Submit(String job, String tag, int count, long checkIndex) implements OfJob {

        /** There is no condition. */
        public static final long ANY = -1;

        /** Tells whether the stored job must have a certain modify_index. */
        public boolean isConditional() {
            return checkIndex != ANY;
        }
    }

    /**
     * Changes the count of a job's group.
     *
     * @param job the id of the job
     * @param count the new count
     */
    record Scale(String job, int count) implements OfJob {}

    /**
     * Stops a job.
     *
     * @param job the id of the job
     */
    record Stop(String job) implements OfJob {}

    /**
     * Reads a job.
     *
     * @param job the id of the job
     */
    record Read(String job) implements OfJob {}

    /**
     * Promotes the canaries of a job's newest deployment.
     *
     * @param job the id of the job
     * @param deployment the id of the deployment
     */
    record Promote(String job, String deployment) implements Operation {}

    /**
     * Makes a child of a parameterized job.
     *
     * @param parent the id of the parameterized job
     * @param tag a text in the child that no other dispatch has
     */
    record Dispatch(String parent, String tag) implements Operation {}

    /**
     * Stops one allocation.
     *
     * @param allocation the id of the allocation
     */
    record StopAllocation(String allocation) implements Operation {}

    /**
     * Begins a drain of a node.
     *
     * @param node the name of the node
     */
    record Drain(String node) implements Operation {}

    /**
     * Ends the drain of a node, which may have new allocations again.
     *
     * @param node the name of the node
     */
    record EndDrain(String node) implements Operation {}

    /** Reads the cluster index. */
    record ReadIndex() implements Operation {}
}
