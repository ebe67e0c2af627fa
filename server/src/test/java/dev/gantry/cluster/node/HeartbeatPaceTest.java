package dev.gantry.cluster.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class HeartbeatPaceTest {

    private static final Duration SHORTEST = Duration.ofSeconds(30);

    private final HeartbeatPace pace = new HeartbeatPace(SHORTEST, new Random(1));

    @Test
    void a_small_cluster_keeps_the_shortest_time_to_live() {
        assertThat(pace.timeToLive(1)).isEqualTo(SHORTEST);
        assertThat(pace.timeToLive(4000)).isEqualTo(SHORTEST);
    }

    @Test
    void the_loss_of_one_of_thousands_of_nodes_is_noticed_within_a_minute_or_two() {
        assertThat(pace.timeToLive(5000)).isBetween(Duration.ofSeconds(34), Duration.ofSeconds(35));
        assertThat(pace.timeToLive(16_000)).isLessThan(Duration.ofMinutes(2));
    }

    @Property
    void all_nodes_together_send_at_most_five_hundred_heartbeats_a_second(
            @ForAll @IntRange(min = 6000, max = 20_000) int nodes) {
        double perSecond = 0;
        for (int node = 0; node < nodes; node++) {
            perSecond += 1000.0 / pace.interval(nodes).toMillis();
        }

        assertThat(perSecond).isLessThan(510);
    }

    @Property
    void three_heartbeats_fit_into_a_time_to_live(@ForAll @IntRange(min = 1, max = 20_000) int nodes) {
        assertThat(pace.interval(nodes).multipliedBy(3)).isLessThanOrEqualTo(pace.timeToLive(nodes));
    }
}
