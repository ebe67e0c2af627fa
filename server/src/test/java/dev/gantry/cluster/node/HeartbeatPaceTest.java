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
        assertThat(pace.timeToLive(400)).isEqualTo(SHORTEST);
        assertThat(pace.timeToLive(5000)).isGreaterThan(Duration.ofMinutes(5));
    }

    @Property
    void all_nodes_together_send_at_most_fifty_heartbeats_a_second(
            @ForAll @IntRange(min = 600, max = 20_000) int nodes) {
        double perSecond = 0;
        for (int node = 0; node < nodes; node++) {
            perSecond += 1000.0 / pace.interval(nodes).toMillis();
        }

        assertThat(perSecond).isLessThan(52);
    }

    @Property
    void three_heartbeats_fit_into_a_time_to_live(@ForAll @IntRange(min = 1, max = 20_000) int nodes) {
        assertThat(pace.interval(nodes).multipliedBy(3)).isLessThanOrEqualTo(pace.timeToLive(nodes));
    }
}
