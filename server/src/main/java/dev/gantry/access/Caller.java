package dev.gantry.access;

import dev.gantry.v1.AclToken;

/** Who makes a call. */
public sealed interface Caller {

    /**
     * Returns what the caller may do at this moment.
     *
     * @return the grants
     */
    Grants grants();

    /**
     * The holder of a token.
     *
     * @param token the token, which has not ended
     * @param grants what its policies allow
     */
    record Holder(AclToken token, Grants grants) implements Caller {}

    /** Anyone, on a server that asks for no token. */
    record Anyone() implements Caller {

        @Override
        public Grants grants() {
            return Grants.ALL;
        }
    }
}
