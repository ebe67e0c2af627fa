package dev.gantry.app;

import dev.gantry.cluster.Clocks;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Random;
import java.util.random.RandomGenerator;

/** The clocks and the randomness of the machine. */
final class SystemSources {

    private SystemSources() {}

    static InstantSource clock() {
        return InstantSource.system();
    }

    static Clocks clocks() {
        return new Clocks(clock(), new MonotonicClock(clock()));
    }

    /** Returns a generator for identifiers and jitter, for use by many threads. Not for secrets. */
    static RandomGenerator random() {
        return new Random(new SecureRandom().nextLong());
    }

    /** Returns a generator for secrets, for use by many threads. */
    static RandomGenerator secrets() {
        return new SecureRandom();
    }
}
