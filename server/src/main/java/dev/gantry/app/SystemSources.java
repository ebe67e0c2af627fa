package dev.gantry.app;

import dev.gantry.cluster.Clocks;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Random;
import java.util.random.RandomGenerator;

/** What only a real machine has: its time and its randomness. */
final class SystemSources {

    private SystemSources() {}

    static InstantSource clock() {
        return InstantSource.system();
    }

    static Clocks clocks() {
        return new Clocks(clock(), new MonotonicClock(clock()));
    }

    /** For names and for spreading things in time, by many threads; not for secrets. */
    static RandomGenerator random() {
        return new Random(new SecureRandom().nextLong());
    }
}
