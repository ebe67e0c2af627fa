package dev.gantry.node.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private final Backoff backoff =
            new Backoff(Duration.ofMillis(250), Duration.ofSeconds(15), RandomGenerator.of("L64X128MixRandom"));

    @Test
    void the_wait_doubles_up_to_the_limit_and_half_of_it_is_random() {
        for (long delay : new long[] {250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000}) {
            assertThat(backoff.next()).isBetween(Duration.ofMillis(delay / 2), Duration.ofMillis(delay));
        }
        for (int i = 0; i < 5000; i++) {
            assertThat(backoff.next()).isBetween(Duration.ofMillis(7500), Duration.ofSeconds(15));
        }
    }

    @Test
    void a_success_resets_the_wait() {
        backoff.next();
        backoff.next();
        backoff.reset();

        assertThat(backoff.next()).isBetween(Duration.ofMillis(125), Duration.ofMillis(250));
    }
}
