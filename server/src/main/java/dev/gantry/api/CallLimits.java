package dev.gantry.api;

/**
 * How much callers may ask of a server.
 *
 * @param token what the callers with one token may ask together
 * @param peer what the callers from one IPv4 address, or from one /64 network of IPv6, may ask together
 */
public record CallLimits(Limit token, Limit peer) {

    /**
     * Eight threads that did nothing but make calls made 4,500 a second: one token may make about half as many all the
     * time. A peer may be many programs behind one address.
     */
    public static final CallLimits DEFAULT = new CallLimits(new Limit(2000, 2048, 64), new Limit(8000, 8192, 256));

    /**
     * One limit; 0 stands for none.
     *
     * @param calls the calls in a second. Ten times as many may be made at once after a pause
     * @param streams the open streams
     * @param mebibytes the MiB of requests and answers in a second. Ten times as many may be used at once after a pause
     */
    public record Limit(int calls, int streams, int mebibytes) {

        /** No limit. */
        public static final Limit NONE = new Limit(0, 0, 0);

        /**
         * Validates the values.
         *
         * @throws IllegalArgumentException if one is negative
         */
        public Limit {
            if (calls < 0 || streams < 0 || mebibytes < 0) {
                throw new IllegalArgumentException(
                        "A limit is 0 or more, not %d calls, %d streams, %d MiB".formatted(calls, streams, mebibytes));
            }
        }
    }
}
