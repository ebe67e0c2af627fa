package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Tests by how much failed logins are slowed. AuthenticationTest tests the calls themselves. */
class FailedLoginsTest {

    private final AtomicLong now = new AtomicLong();
    private final FailedLogins logins = new FailedLogins(now::get);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        log.start();
        logger().addAppender(log);
        logger().setAdditive(false);
    }

    @AfterEach
    void stop() {
        logger().setAdditive(true);
        logger().detachAppender(log);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(FailedLogins.class);
    }

    private Duration fail(String address) {
        return logins.failed(PeerNetwork.of(new InetSocketAddress(address, 1000)), "GetJob", "The token is unknown");
    }

    private void passTime(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void refusals_after_a_burst_wait_for_each_other_but_not_for_long() {
        for (int i = 0; i < FailedLogins.BURST; i++) {
            assertThat(fail("10.0.0.1")).isZero();
        }
        assertThat(fail("10.0.0.1")).hasMillis(500);
        assertThat(fail("10.0.0.1")).hasMillis(1000);
        for (int i = 0; i < 1000; i++) {
            assertThat(fail("10.0.0.1")).isLessThanOrEqualTo(Duration.ofSeconds(10));
        }
        passTime(Duration.ofSeconds(11));
        assertThat(fail("10.0.0.1")).isZero();
    }

    @Test
    void one_network_does_not_slow_another() {
        for (int i = 0; i <= FailedLogins.BURST; i++) {
            fail("2001:db8:0:1::" + i);
        }
        assertThat(fail("2001:db8:0:1::ffff")).isPositive();
        assertThat(fail("2001:db8:0:2::1")).isZero();
        assertThat(fail("10.0.0.1")).isZero();
    }

    @Test
    void who_has_many_networks_takes_no_more_memory_and_does_not_fill_the_log() {
        for (int i = 0; i < 20_000; i++) {
            fail("10.%d.%d.1".formatted(i / 200, i % 200));
        }
        assertThat(logins.networks()).isEqualTo(4096);
        assertThat(log.list).hasSize(60);
    }

    @Test
    void one_refusal_of_a_network_in_a_minute_is_logged_and_the_others_are_counted() {
        fail("10.0.0.1");
        fail("10.0.0.1");
        fail("10.0.0.1");
        passTime(Duration.ofSeconds(59));
        fail("10.0.0.1");
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("Refused GetJob from 10.0.0.1: The token is unknown");

        now.addAndGet(TimeUnit.SECONDS.toNanos(2));
        fail("10.0.0.1");
        assertThat(log.list.get(1).getFormattedMessage())
                .endsWith(" (4 refusals of that address since the last such line)");
    }
}
