package dev.gantry.node.certificate;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the node's certificate in time. Checks the certificate at an interval, so that a jump of the clock has no
 * effect.
 */
public final class CertificateRenewal implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CertificateRenewal.class);

    /** Longer than the longest call and the write to disk after it. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final NodeTransport transport;
    private final List<String> servers;
    private final ScheduledFuture<?> loop;

    /**
     * Starts.
     *
     * @param transport has the certificate
     * @param servers the servers to ask in turn, each as {@code HOST:PORT}
     * @param thread may block
     * @param interval the time between two checks of the certificate, and before a failed renewal is tried again
     */
    public CertificateRenewal(
            NodeTransport transport, List<String> servers, ScheduledExecutorService thread, Duration interval) {
        this.transport = transport;
        this.servers = List.copyOf(servers);
        this.loop = thread.scheduleWithFixedDelay(
                this::renew, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends the renewals. */
    @Override
    public void close() {
        loop.cancel(false);
    }

    private static void tell(String server, Throwable failure) {
        LOG.warn(
                "Server {} has not renewed the node's certificate; the node tries again later: {}",
                server,
                failure.getMessage() == null ? failure.toString() : failure.getMessage());
    }

    private void renew() {
        for (String server : servers) {
            try {
                transport.renewIfDue(server).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                return;
            } catch (ExecutionException e) {
                tell(server, e.getCause());
            } catch (RuntimeException | TimeoutException e) {
                tell(server, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
