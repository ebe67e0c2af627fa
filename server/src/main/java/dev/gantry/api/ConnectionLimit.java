package dev.gantry.api;

import com.sun.management.UnixOperatingSystemMXBean;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler.Sharable;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the open connections of each address and of all together, so that one client can't take all files that the
 * server may open: then nobody else could connect, and the store could not be opened again. A connection beyond a limit
 * is closed as soon as it is accepted. Stands in the pipeline of the server's channel. Thread-safe.
 */
@Sharable
final class ConnectionLimit extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimit.class);

    private static final int MOST = 16_384;

    /** One address may have one part in this many of all connections. */
    private static final int ADDRESS_SHARE = 4;

    /** The pause between two warnings. */
    private static final Duration QUIET = Duration.ofMinutes(1);

    private final int most;
    private final int mostOfAddress;
    private final LongSupplier nanoTime;

    // Guarded by this.
    private final Map<PeerNetwork, Integer> byAddress = new HashMap<>();
    private int open;
    private Optional<Long> warned = Optional.empty();

    /**
     * Makes a limit without connections.
     *
     * @param most how many connections may be open
     * @param mostOfAddress how many of them may come from one IPv4 address, or from one /64 network of IPv6
     * @param nanoTime a monotonic clock, as {@link System#nanoTime}
     */
    ConnectionLimit(int most, int mostOfAddress, LongSupplier nanoTime) {
        this.most = most;
        this.mostOfAddress = mostOfAddress;
        this.nanoTime = nanoTime;
    }

    /** Makes a limit that leaves a quarter of the files that this process may open to all else. */
    static ConnectionLimit ofThisProcess() {
        long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                        && system.getMaxFileDescriptorCount() > 0
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
        int most = (int) Math.min(MOST, files - files / 4);
        return new ConnectionLimit(most, Math.max(1, most / ADDRESS_SHARE), System::nanoTime);
    }

    /** Takes a connection that was accepted. */
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof Channel connection && !enter(connection)) {
            connection.unsafe().closeForcibly();
        } else {
            super.channelRead(context, message);
        }
    }

    private boolean enter(Channel connection) {
        PeerNetwork address = PeerNetwork.of(connection.remoteAddress());
        synchronized (this) {
            int ofAddress = byAddress.getOrDefault(address, 0);
            if (open >= most || ofAddress >= mostOfAddress) {
                warn(connection, ofAddress);
                return false;
            }
            open++;
            byAddress.put(address, ofAddress + 1);
        }
        var unused = connection.closeFuture().addListener(closed -> leave(address));
        return true;
    }

    private synchronized void leave(PeerNetwork address) {
        open--;
        byAddress.computeIfPresent(address, (known, count) -> count == 1 ? null : count - 1);
    }

    private void warn(Channel connection, int ofAddress) {
        long now = nanoTime.getAsLong();
        if (warned.filter(last -> now - last < QUIET.toNanos()).isPresent()) {
            return;
        }
        warned = Optional.of(now);
        LOG.warn(
                "Connections are refused, such as from {}: {} of {} are open, {} of {} from this address. The limits"
                        + " follow from how many files this process may open (ulimit -n)",
                connection.remoteAddress(),
                open,
                most,
                ofAddress,
                mostOfAddress);
    }
}
