package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Tests which connections are accepted, without sockets: they could have no other addresses than those of this machine. */
class ConnectionLimitTest {

    private static final int MOST = 5;
    private static final int MOST_OF_ADDRESS = 2;

    private final AtomicLong now = new AtomicLong();
    private final EmbeddedChannel listening = new EmbeddedChannel(new ConnectionLimit(MOST, MOST_OF_ADDRESS, now::get));
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    /** A connection from an address. */
    private static final class Connection extends EmbeddedChannel {

        private final SocketAddress from;

        Connection(SocketAddress from) {
            this.from = from;
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return from;
        }
    }

    @BeforeEach
    void listen() {
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void stop() {
        logger().detachAppender(log);
        listening.finishAndReleaseAll();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(ConnectionLimit.class);
    }

    private Connection connect(String address) {
        Connection connection = new Connection(address == null ? null : new InetSocketAddress(address, 1000));
        listening.writeInbound(connection);
        return connection;
    }

    @Test
    void all_addresses_together_have_no_more_connections_than_the_total() {
        for (int i = 1; i <= MOST; i++) {
            assertThat(connect("10.0.0." + i).isOpen()).isTrue();
        }
        assertThat(connect("10.0.0.6").isOpen()).isFalse();
    }

    @Test
    void a_connection_that_ends_makes_room_for_another_one() {
        Connection first = connect("10.0.0.1");
        connect("10.0.0.1");
        assertThat(connect("10.0.0.1").isOpen()).isFalse();

        var unused = first.close();

        assertThat(connect("10.0.0.1").isOpen()).isTrue();
        assertThat(connect("10.0.0.1").isOpen()).isFalse();
    }

    @Test
    void addresses_of_one_network_of_ipv6_count_as_one() {
        assertThat(connect("2001:db8:0:1::1").isOpen()).isTrue();
        assertThat(connect("2001:db8:0:1:ffff::2").isOpen()).isTrue();
        assertThat(connect("2001:db8:0:1::3").isOpen()).isFalse();
        assertThat(connect("2001:db8:0:2::1").isOpen()).isTrue();
    }

    @Test
    void connections_of_unknown_addresses_count_as_those_of_one_address() {
        assertThat(connect(null).isOpen()).isTrue();
        assertThat(connect(null).isOpen()).isTrue();
        assertThat(connect(null).isOpen()).isFalse();
    }

    @Test
    void refusals_are_logged_once_a_minute_with_the_numbers() {
        connect("10.0.0.1");
        connect("10.0.0.1");
        connect("10.0.0.1");
        connect("10.0.0.1");
        now.addAndGet(TimeUnit.SECONDS.toNanos(59));
        connect("10.0.0.1");

        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .singleElement()
                .asString()
                .contains("/10.0.0.1:1000: 2 of 5 are open, 2 of 2 from this address", "ulimit -n");

        now.addAndGet(TimeUnit.SECONDS.toNanos(1));
        connect("10.0.0.1");
        assertThat(log.list).hasSize(2);
    }
}
