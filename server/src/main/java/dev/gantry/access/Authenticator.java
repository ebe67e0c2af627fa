package dev.gantry.access;

import java.util.Optional;

/** Finds out who makes a call. Safe for use by several threads; never blocks. */
public interface Authenticator {

    /**
     * Returns the holder of a secret.
     *
     * @param secret the secret of a token, as the caller sent it
     * @return the holder; empty if no token has this secret, or if its token has ended
     */
    Optional<Caller> authenticate(String secret);

    /**
     * Returns a caller of before with what it may do at this moment.
     *
     * @param caller a caller that {@link #authenticate} returned, or {@link Caller.Anyone}
     * @return the same caller with its present grants; empty if its token was deleted or has ended
     */
    Optional<Caller> present(Caller caller);
}
