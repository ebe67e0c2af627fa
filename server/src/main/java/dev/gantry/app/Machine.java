package dev.gantry.app;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** What only a real machine has: its time and its randomness. */
final class Machine {

    private Machine() {}

    static InstantSource clock() {
        return InstantSource.system();
    }

    static RandomGenerator random() {
        return new SecureRandom();
    }
}
