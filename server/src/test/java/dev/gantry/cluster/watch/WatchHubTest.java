package dev.gantry.cluster.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.cluster.watch.WatchHub.JobTopic;
import dev.gantry.store.AccessChanges;
import dev.gantry.store.ChangeSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WatchHubTest {

    private final WatchHub hub = new WatchHub();
    private final AtomicInteger woken = new AtomicInteger();
    private final Runnable wake = woken::incrementAndGet;

    @Test
    void a_watcher_is_woken_by_what_it_watches_until_it_ends() {
        hub.watch(new JobTopic("web"), wake);

        hub.publish(removed("other"));
        assertThat(woken).hasValue(0);
        hub.publish(removed("web"));
        assertThat(woken).hasValue(1);

        hub.unwatch(new JobTopic("web"), wake);
        hub.publish(removed("web"));
        assertThat(woken).hasValue(1);
    }

    @Test
    void a_watcher_is_still_woken_after_another_one_was_ended_twice() {
        Runnable other = () -> {};
        hub.watch(new JobTopic("web"), wake);
        hub.watch(new JobTopic("web"), other);

        hub.unwatch(new JobTopic("web"), other);
        hub.unwatch(new JobTopic("web"), other);

        hub.publish(removed("web"));
        assertThat(woken).hasValue(1);
    }

    @Test
    void a_watcher_that_begins_twice_is_woken_once() {
        hub.watch(new JobTopic("web"), wake);
        hub.watch(new JobTopic("web"), wake);

        hub.publish(removed("web"));

        assertThat(woken).hasValue(1);
    }

    private static ChangeSet removed(String jobId) {
        return new ChangeSet(
                1,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(jobId),
                List.of(),
                List.of(),
                AccessChanges.NONE);
    }
}
