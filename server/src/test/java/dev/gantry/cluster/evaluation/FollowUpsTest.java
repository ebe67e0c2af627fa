package dev.gantry.cluster.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class FollowUpsTest {

    private static final Instant SOON = Instant.ofEpochSecond(10);
    private static final Instant LATER = Instant.ofEpochSecond(20);

    private final FollowUps followUps = new FollowUps();

    @Test
    void jobs_are_due_in_the_order_of_their_times_and_once() {
        followUps.put("later", LATER);
        followUps.put("soon", SOON);

        assertThat(followUps.next()).contains(SOON);
        assertThat(followUps.poll(SOON.minusMillis(1))).isEmpty();
        assertThat(followUps.poll(LATER)).contains("soon");
        assertThat(followUps.poll(LATER)).contains("later");
        assertThat(followUps.poll(LATER)).isEmpty();
    }

    @Test
    void a_job_has_one_follow_up_time_the_last_one_set() {
        followUps.put("web", SOON);
        followUps.put("web", LATER);

        assertThat(followUps.poll(SOON)).isEmpty();
        assertThat(followUps.poll(LATER)).contains("web");
        assertThat(followUps.next()).isEmpty();
    }

    @Test
    void the_earliest_of_several_stored_follow_up_times_counts() {
        followUps.putEarlier("web", LATER);
        followUps.putEarlier("web", SOON);
        followUps.putEarlier("web", LATER);

        assertThat(followUps.next()).contains(SOON);
    }
}
