package dev.gantry.cluster.access;

import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.AclToken;
import java.time.Instant;

/** Decides whether a token has ended. */
final class TokenEnd {

    private TokenEnd() {}

    /** Returns true at the token's expiration_time and after it. */
    static boolean hasEnded(AclToken token, Instant now) {
        return token.hasExpirationTime()
                && !ProtoTimes.toInstant(token.getExpirationTime()).isAfter(now);
    }
}
