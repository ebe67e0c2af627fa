package dev.gantry.node.check;

/** One way to test whether a service works, such as a request to one of its ports. */
@FunctionalInterface
public interface CheckProbe {

    /**
     * Probes the service once. Blocks for the timeout of the check at most.
     *
     * @return the result; if the service does not answer, this is a result too
     * @throws InterruptedException if the thread was interrupted
     */
    Result probe() throws InterruptedException;

    /**
     * The result of one probe.
     *
     * @param passes true if the service works
     * @param warns true if it does not pass, and Consul would call that a warning
     * @param output the output of the service, or the reason for the lack of output; longer output is cut to 512
     *     characters
     */
    record Result(boolean passes, boolean warns, String output) {

        private static final int LONGEST = 512;

        /**
         * Makes a result without a warning.
         *
         * @param passes true if the service works
         * @param output the output, or the reason for its lack
         */
        public Result(boolean passes, String output) {
            this(passes, false, output);
        }

        /** Cuts the output. */
        public Result {
            output = output.length() > LONGEST ? output.substring(0, LONGEST) : output;
        }
    }
}
