package dev.gantry.node.check;

/** One way to find out whether a service can be used, such as a request to one of its ports. */
@FunctionalInterface
public interface CheckProbe {

    /**
     * Probes the service once. Blocks for the timeout of the check at most.
     *
     * @return the result; a service that does not answer gives a result, too
     * @throws InterruptedException if the thread was interrupted
     */
    Result probe() throws InterruptedException;

    /**
     * The result of one probe.
     *
     * @param passes whether the service can be used
     * @param output the output of the service, or why there is none; longer output is cut to 512 characters
     */
    record Result(boolean passes, String output) {

        private static final int LONGEST = 512;

        /** Cuts the output. */
        public Result {
            output = output.length() > LONGEST ? output.substring(0, LONGEST) : output;
        }
    }
}
