package dev.gantry.node.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {

    private static final RandomGenerator RANDOM = RandomGenerator.of("L64X128MixRandom");

    @Test
    void tries_so_often_and_then_gives_up() {
        RestartPolicy policy = new RestartPolicy(2, Duration.ofSeconds(15));

        for (int failures = 1; failures <= 2; failures++) {
            assertThat(policy.delayAfter(failures, RANDOM))
                    .hasValueSatisfying(
                            delay -> assertThat(delay).isBetween(Duration.ofSeconds(15), Duration.ofMillis(18_750)));
        }
        assertThat(policy.delayAfter(3, RANDOM)).isEmpty();
    }
}
