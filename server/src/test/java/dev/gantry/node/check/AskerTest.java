package dev.gantry.node.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AskerTest {

    private static final Duration OFTEN = Duration.ofMillis(1);

    private final Asker asker = new Asker();
    private final List<Answer> answers = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        asker.close();
    }

    @Test
    void asks_again_and_again_until_it_is_told_not_to() {
        AtomicInteger asked = new AtomicInteger();
        Asker.Asking asking =
                asker.begin(() -> new Answer(true, "answer " + asked.incrementAndGet()), OFTEN, answers::add);
        await().until(() -> answers.size() > 3);

        asking.end();

        assertThat(answers.get(0)).isEqualTo(new Answer(true, "answer 1"));
        assertThat(answers.get(1)).isEqualTo(new Answer(true, "answer 2"));
        AtomicInteger others = new AtomicInteger();
        int last = asked.get();
        Asker.Asking other = asker.begin(() -> new Answer(true, ""), OFTEN, answer -> others.incrementAndGet());
        await().until(() -> others.get() > 20);
        other.end();
        // One may have been on its way when it ended.
        assertThat(asked.get()).isLessThanOrEqualTo(last + 1);
    }

    @Test
    void a_question_whose_answer_is_slow_is_asked_once_at_a_time() {
        Semaphore release = new Semaphore(0);
        AtomicInteger onTheirWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        asker.begin(
                () -> {
                    most.accumulateAndGet(onTheirWay.incrementAndGet(), Math::max);
                    release.acquire();
                    onTheirWay.decrementAndGet();
                    return new Answer(true, "");
                },
                OFTEN,
                answers::add);
        AtomicInteger others = new AtomicInteger();
        asker.begin(() -> new Answer(true, ""), OFTEN, answer -> others.incrementAndGet());

        await().until(() -> others.get() > 20);
        release.release(3);
        await().until(() -> answers.size() == 3);

        assertThat(most.get()).isEqualTo(1);
    }

    @Test
    void a_question_that_breaks_is_asked_again() {
        AtomicInteger asked = new AtomicInteger();
        asker.begin(
                () -> {
                    if (asked.incrementAndGet() == 1) {
                        throw new IllegalStateException("broken");
                    }
                    return new Answer(true, "mended");
                },
                OFTEN,
                answers::add);

        await().until(() -> !answers.isEmpty());
        assertThat(answers.get(0)).isEqualTo(new Answer(true, "mended"));
    }
}
