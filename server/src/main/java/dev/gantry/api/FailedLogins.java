package dev.gantry.api;

import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.NodeCertificateServiceGrpc;
import dev.gantry.v1.NodeSessionServiceGrpc;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows failed logins: calls without a valid token, sessions and certificates of nodes that are not admitted, and wrong
 * proofs of a bootstrap. After a burst, the refusals of a network are sent at a steady rate, and each comes the later, the more are
 * waiting. Valid callers of the same network are not slowed. Stands outside of all that checks who a caller is.
 *
 * <p>One failed login of each network in a minute is logged. Thread-safe; never blocks.
 */
final class FailedLogins implements ServerInterceptor {

    private static final Logger LOG = LoggerFactory.getLogger(FailedLogins.class);

    /** The failed logins of a network that are not slowed. */
    static final int BURST = 100;

    private static final double PER_SECOND = 2;
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(10);

    /** The most refusals that wait at a time; further ones are sent at once, and say nothing of the token. */
    private static final int MOST_DELAYED = 1024;

    /** The networks that are remembered: those with the latest failed logins. */
    private static final int MOST_NETWORKS = 4096;

    private static final Duration QUIET = Duration.ofMinutes(1);

    /** Who has many networks must not fill the log either. */
    private static final int LINES_BURST = 60;

    private static final double LINES_PER_SECOND = 0.2;

    private static final String SESSION =
            NodeSessionServiceGrpc.getConnectMethod().getFullMethodName();

    /** Methods that need no token: their services look at other proofs, after the call has begun. */
    private static final Set<String> HAVING_OWN_PROOFS = Set.of(
            SESSION,
            NodeCertificateServiceGrpc.getIssueNodeCertificateMethod().getFullMethodName(),
            AclServiceGrpc.getBootstrapAclMethod().getFullMethodName());

    private final LongSupplier nanoTime;
    private final TokenBucket lines;
    private final AtomicInteger delayed = new AtomicInteger();

    // Guarded by this.
    private final Map<PeerNetwork, Failures> networks = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PeerNetwork, Failures> eldest) {
            return size() > MOST_NETWORKS;
        }
    };

    /** The failed logins of a network. */
    private static final class Failures {

        private final TokenBucket bucket;
        private final TokenBucket lines;
        private long untold;

        Failures(LongSupplier nanoTime) {
            this.bucket = new TokenBucket(PER_SECOND, BURST, nanoTime);
            this.lines = new TokenBucket(1.0 / QUIET.toSeconds(), 1, nanoTime);
        }
    }

    /**
     * Makes an interceptor without recorded failures.
     *
     * @param nanoTime a monotonic clock, as {@link System#nanoTime}
     */
    FailedLogins(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lines = new TokenBucket(LINES_PER_SECOND, LINES_BURST, nanoTime);
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Login<Q, A> login = new Login<>(call);
        Listener<Q> listener = next.startCall(login, headers);
        login.started();
        return listener;
    }

    /** Notes a failed login. Returns how long its refusal is to wait. */
    synchronized Duration failed(PeerNetwork network, String what, String why) {
        Failures failures = networks.computeIfAbsent(network, any -> new Failures(nanoTime));
        failures.untold++;
        if (failures.lines.take(1).isZero() && lines.take(1).isZero()) {
            LOG.warn(
                    "Refused {} from {}: {}{}",
                    what,
                    network,
                    why,
                    failures.untold == 1
                            ? ""
                            : " (%d refusals of that address since the last such line)".formatted(failures.untold));
            failures.untold = 0;
        }
        return failures.bucket.owe(1, LONGEST_DELAY.toSeconds() * PER_SECOND);
    }

    /** Returns the number of networks that are remembered. */
    synchronized int networks() {
        return networks.size();
    }

    /** A call whose refusal may be delayed. */
    private final class Login<Q, A> extends SimpleForwardingServerCall<Q, A> {

        private volatile boolean isBeginning = true;
        private volatile boolean hasSent;

        Login(ServerCall<Q, A> call) {
            super(call);
        }

        /** Tells that all interceptors that look at headers alone have let the call pass. */
        void started() {
            isBeginning = false;
        }

        @Override
        public void sendMessage(A message) {
            hasSent = true;
            super.sendMessage(message);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            Duration delay = isFailure(status)
                    ? failed(
                            PeerNetwork.of(this),
                            isSession()
                                    ? "the session of a node"
                                    : getMethodDescriptor().getBareMethodName(),
                            Redaction.reason(status, trailers))
                    : Duration.ZERO;
            if (delay.isZero()) {
                super.close(status, trailers);
            } else if (delayed.incrementAndGet() > MOST_DELAYED) {
                delayed.decrementAndGet();
                StatusRuntimeException busy = StatusMapping.tooManyFailedLogins(LONGEST_DELAY);
                super.close(busy.getStatus(), busy.getTrailers());
            } else {
                CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS)
                        .execute(() -> refuse(status, trailers));
            }
        }

        private void refuse(Status status, Metadata trailers) {
            delayed.decrementAndGet();
            try {
                super.close(status, trailers);
            } catch (RejectedExecutionException e) {
                LOG.debug("The server has stopped before a refusal was sent", e);
            }
        }

        private boolean isFailure(Status status) {
            boolean isUnknown = status.getCode() == Status.Code.UNAUTHENTICATED;
            boolean isDenied = status.getCode() == Status.Code.PERMISSION_DENIED;
            if (HAVING_OWN_PROOFS.contains(getMethodDescriptor().getFullMethodName())) {
                return (isUnknown || isDenied) && !hasSent;
            }
            // Not that of a stream whose token was deleted: it has to end at once.
            return isUnknown && isBeginning;
        }

        private boolean isSession() {
            return getMethodDescriptor().getFullMethodName().equals(SESSION);
        }
    }
}
