package dev.gantry.check.history;

/** The result of a call, as its client knows it. */
public sealed interface Outcome {

    /**
     * A write of a job is acknowledged.
     *
     * @param version the version of the job in the answer; {@link #NO_VERSION} if the answer has none
     * @param index the modify_index in the answer
     */
    record Stored(long version, long index) implements Outcome {

        /** The answer to a stop has no version. */
        public static final long NO_VERSION = -1;
    }

    /**
     * A child job was made.
     *
     * @param job its id
     */
    record Child(String job) implements Outcome {}

    /**
     * A job was read.
     *
     * @param state its state
     */
    record Found(JobState state) implements Outcome {}

    /**
     * A cluster index was read, or the answer to another write has one.
     *
     * @param index the index
     */
    record AtIndex(long index) implements Outcome {}

    /** The call is done, and its answer has nothing that is checked. */
    record Done() implements Outcome {}

    /** There is no such object. */
    record Absent() implements Outcome {}

    /**
     * The state of the object does not allow the call.
     *
     * @param why the message of the server
     */
    record Refused(String why) implements Outcome {}

    /**
     * The job has another modify_index than the call requires.
     *
     * @param found the index that the server has named; 0: there is no such job
     */
    record Conflict(long found) implements Outcome {}

    /**
     * The call may have taken effect, may take effect later, or never does.
     *
     * @param why the failure
     */
    record Unknown(String why) implements Outcome {}
}
