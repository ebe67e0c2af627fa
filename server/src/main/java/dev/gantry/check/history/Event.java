package dev.gantry.check.history;

import java.util.List;
import java.util.Map;

/** Something that was recorded. Times are nanoseconds since the start of the run. */
public sealed interface Event {

    /** The end of a call that was never answered. */
    long NEVER = Long.MAX_VALUE;

    /** Returns when it began. */
    long at();

    /**
     * A call of a client, with all its attempts: each has the same request id.
     *
     * @param at when it was sent first
     * @param end when it was answered; {@link #NEVER} if the outcome is unknown
     * @param client the number of the client
     * @param requestId its request id; empty for calls that have none
     * @param operation what was asked
     * @param outcome what was answered
     * @param attempts how often it was sent
     */
    record Call(long at, long end, int client, String requestId, Operation operation, Outcome outcome, int attempts)
            implements Event {

        /** Tells whether the client knows what has become of the call. */
        public boolean isAnswered() {
            return end != NEVER;
        }
    }

    /**
     * A call that was answered before, and was sent once more with the same request id.
     *
     * @param at when it was answered
     * @param first the call
     * @param outcome the second answer
     */
    record Repeated(long at, Call first, Outcome outcome) implements Event {}

    /**
     * Somebody was told a state of an allocation that nobody had been told before.
     *
     * @param at when
     * @param allocation the state
     */
    record Observed(long at, AllocationState allocation) implements Event {}

    /**
     * A message of a watch of a job.
     *
     * @param at when it arrived
     * @param job the job
     * @param index all changes up to this cluster index were sent
     * @param changes the objects in it
     */
    record Watched(long at, String job, long index, List<Change> changes) implements Event {}

    /**
     * An object in a message of a watch.
     *
     * @param object its kind and id
     * @param index its modify_index
     */
    record Change(String object, long index) {

        /** The kind and id of a job. */
        public static String job(String id) {
            return "job " + id;
        }

        /** The kind and id of an allocation. */
        public static String allocation(String id) {
            return "allocation " + id;
        }

        /** The kind and id of an evaluation. */
        public static String evaluation(String id) {
            return "evaluation " + id;
        }

        /** The kind and id of a deployment. */
        public static String deployment(String id) {
            return "deployment " + id;
        }
    }

    /**
     * A node that takes part.
     *
     * @param at when it was made
     * @param node its id
     * @param name its name
     * @param cpu its CPU in MHz
     * @param memoryMib its memory
     */
    record Joined(long at, String node, String name, long cpu, long memoryMib) implements Event {}

    /** A step of an allocation on its node. */
    enum Step {
        /** It was told to run it, and keeps its ports and resources from now on. */
        TOOK,
        /** Its task runs. */
        STARTED,
        /** Its task has ended, or will never run. Its ports and resources are free. */
        ENDED
    }

    /**
     * A node's own record of an allocation.
     *
     * @param at when
     * @param node the id of the node
     * @param step what the node did
     * @param allocation the id of the allocation
     * @param job its job
     * @param ports its ports
     * @param cpu its CPU in MHz
     * @param memoryMib its memory
     */
    record Ran(
            long at,
            String node,
            Step step,
            String allocation,
            String job,
            List<Integer> ports,
            long cpu,
            long memoryMib)
            implements Event {}

    /**
     * A node refuses the server, since it knows more than the server does, or another cluster.
     *
     * @param at when
     * @param node the id of the node
     * @param why the reason
     */
    record ServerRefused(long at, String node, String why) implements Event {}

    /**
     * A server has ended by itself, or did not come back.
     *
     * @param at when
     * @param why what is known
     */
    record ServerFailed(long at, String why) implements Event {}

    /**
     * A fault began, and has ended.
     *
     * @param at when it began
     * @param end when it had ended
     * @param kind its kind
     * @param target what it has hit
     */
    record Injected(long at, long end, String kind, String target) implements Event {}

    /**
     * All versions of a job in the end.
     *
     * @param at when they were read
     * @param job the job
     * @param versions the stored versions, oldest first
     */
    record FinalVersions(long at, String job, List<JobState> versions) implements Event {}

    /**
     * All children of a parameterized job in the end.
     *
     * @param at when they were read
     * @param parent the job
     * @param tags the tag of each child, by the child's id
     */
    record FinalChildren(long at, String parent, Map<String, String> tags) implements Event {}

    /**
     * The cluster did not come to rest after the last fault.
     *
     * @param at when that was given up
     * @param object what has not come to rest
     * @param why what is missing
     */
    record Unsettled(long at, String object, String why) implements Event {}
}
