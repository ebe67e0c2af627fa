package dev.gantry.scheduler;

import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.Drain;
import java.time.Instant;
import java.util.Optional;

/** Reads when drains end. */
final class DrainRule {

    private DrainRule() {}

    /** When all that is left must go; empty if there is no deadline. */
    static Optional<Instant> deadline(Drain drain) {
        return drain.hasDeadline() ? Optional.of(ProtoTimes.toInstant(drain.getDeadline())) : Optional.empty();
    }

    /** The earlier of two times, one of which may not be. */
    static Optional<Instant> earlier(Optional<Instant> one, Instant other) {
        return Optional.of(one.filter(other::isAfter).orElse(other));
    }
}
