package dev.gantry.node.session;

import dev.gantry.model.ProtoTimes;
import dev.gantry.model.ServerRotation;
import dev.gantry.node.state.StateFailureLog;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.Heartbeat;
import dev.gantry.v1.Identity;
import dev.gantry.v1.Registered;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a session with one of the node's servers: connects, registers and sends heartbeats. When the stream breaks, it
 * connects to the next server.
 *
 * <p>The owner thread does all work. It also sends the heartbeats, on purpose: a node whose owner thread hangs must not
 * look alive.
 */
public final class ServerSession {

    private static final Logger LOG = LoggerFactory.getLogger(ServerSession.class);

    private static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(50);
    private static final Duration LONGEST_HEARTBEAT = Duration.ofDays(1);

    /** A duration that is longer than any session. */
    private static final Duration FOREVER = Duration.ofDays(36_500);

    private final ServerRotation servers;
    private final SessionTransport transport;
    private final SessionHandler node;
    private final OwnerThread owner;
    private final SessionTimings timings;
    private final Backoff backoff;

    /** The connection that is being prepared; empty if there is a stream, or a wait. */
    private Optional<CompletableFuture<SessionTransport.Prepared>> preparation = Optional.empty();

    private Optional<SessionStream> stream = Optional.empty();
    private Optional<Future<?>> timer = Optional.empty();
    private boolean encrypted;
    private boolean identified;
    private boolean registered;
    private boolean closed;
    private String lastFailure = "";

    /**
     * Creates a session; {@link #open()} begins it.
     *
     * @param servers the servers to try in turn, each as {@code HOST:PORT}, at least one
     * @param transport prepares each connection
     * @param node handles the events of the session
     * @param owner the owner thread
     * @param timings the timeouts and waits
     * @param random gives the jitter of waits
     */
    public ServerSession(
            List<String> servers,
            SessionTransport transport,
            SessionHandler node,
            OwnerThread owner,
            SessionTimings timings,
            RandomGenerator random) {
        this.servers = new ServerRotation(servers);
        this.transport = transport;
        this.node = node;
        this.owner = owner;
        this.timings = timings;
        this.backoff = new Backoff(timings.firstRetry(), timings.longestRetry(), random);
    }

    /** Begins to connect. */
    public void open() {
        if (closed) {
            return;
        }
        String server = servers.current();
        identified = false;
        registered = false;
        CompletableFuture<SessionTransport.Prepared> begun = prepare(server);
        preparation = Optional.of(begun);
        setTimer(() -> lose(server, noAnswer()), timings.registration());
        var unused = begun.whenComplete((prepared, failure) -> owner.execute(() -> {
            if (closed || preparation.filter(current -> current == begun).isEmpty()) {
                return;
            }
            preparation = Optional.empty();
            if (failure == null) {
                connect(server, prepared);
            } else {
                giveUpPreparation(server, failure);
            }
        }));
    }

    private CompletableFuture<SessionTransport.Prepared> prepare(String server) {
        try {
            return transport.prepare(server);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void connect(String server, SessionTransport.Prepared prepared) {
        encrypted = prepared.isEncrypted();
        SessionStream opened =
                SessionStream.open(server, prepared.credentials(), prepared.headers(), owner, new Events(server));
        stream = Optional.of(opened);
        setTimer(() -> giveUpRegistration(server, opened), timings.registration());
    }

    /**
     * Tells whether the node is registered and the stream can take a message now.
     *
     * @return false also if there is no server
     */
    public boolean isReady() {
        return registered && stream.map(SessionStream::isReady).orElse(false);
    }

    /**
     * Sends a message. Drops the message if the node is not registered.
     *
     * @param message any message except Register and Heartbeat
     */
    public void send(ConnectRequest message) {
        if (registered) {
            stream.ifPresent(open -> open.send(message));
        }
    }

    /** Ends the session and begins a new one with the same server, at once. */
    public void restart() {
        if (closed) {
            return;
        }
        preparation = Optional.empty();
        stream.ifPresent(open -> open.abort("The node begins a new session"));
        if (registered) {
            registered = false;
            node.disconnected();
        }
        open();
    }

    /** Ends the session; it does not reconnect. */
    public void close() {
        closed = true;
        registered = false;
        timer.ifPresent(set -> set.cancel(false));
        stream.ifPresent(SessionStream::close);
    }

    private void giveUpPreparation(String server, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof StatusRuntimeException) {
            // Only over TLS does a node ask a server for something before its session.
            encrypted = true;
            lose(server, Status.fromThrowable(cause));
            return;
        }
        servers.advance();
        String why = "This node does not connect to server %s: %s".formatted(server, cause.getMessage());
        if (!why.equals(lastFailure)) {
            lastFailure = why;
            LOG.error("{}", why);
        }
        LOG.debug("The cause of the failure", cause);
        setTimer(this::open, backoff.jitter(timings.refusedRetry()));
    }

    private void giveUpRegistration(String server, SessionStream opened) {
        Status why = noAnswer();
        opened.abort(why.getDescription());
        lose(server, why);
    }

    private Status noAnswer() {
        return Status.DEADLINE_EXCEEDED.withDescription(
                "no answer within %d ms".formatted(timings.registration().toMillis()));
    }

    private void identified(String server, Identity identity) {
        SessionStream opened = stream.orElseThrow();
        identified = true;
        var unused = node.identified(identity)
                .whenComplete((register, failure) -> owner.execute(() -> {
                    if (stream.filter(open -> open == opened).isEmpty()) {
                        return;
                    }
                    if (failure == null) {
                        opened.send(ConnectRequest.newBuilder()
                                .setRegister(register)
                                .build());
                    } else {
                        StateFailureLog.tell(LOG, "Can't store the cluster of this session's server", failure);
                        opened.abort("The node can't store its cluster");
                        lose(server, Status.ABORTED.withDescription("the node can't store its cluster"));
                    }
                }));
    }

    private void begin(String server, Registered answer) {
        registered = true;
        lastFailure = "";
        LOG.info("Connected to server {}", server);
        servers.settle();
        node.registered();
        Duration patience = node.accepts() || servers.isAlone() ? FOREVER : backoff.jitter(timings.refusedRetry());
        beat(server, heartbeatInterval(answer), patience);
    }

    /**
     * Returns the interval that the server requests, limited to 50 ms and a day, since the node does not trust its
     * server.
     */
    static Duration heartbeatInterval(Registered answer) {
        Duration interval = ProtoTimes.toDuration(answer.getHeartbeatInterval());
        if (interval.compareTo(SHORTEST_HEARTBEAT) < 0) {
            return SHORTEST_HEARTBEAT;
        }
        return interval.compareTo(LONGEST_HEARTBEAT) > 0 ? LONGEST_HEARTBEAT : interval;
    }

    /**
     * Sends a heartbeat at an interval. If the node refuses the server, the session ends when the patience is used up.
     */
    private void beat(String server, Duration interval, Duration patience) {
        setTimer(
                () -> {
                    if (patience.isNegative()) {
                        stream.ifPresent(open -> open.abort("The node looks for a server that it accepts"));
                        lose(
                                server,
                                Status.ABORTED.withDescription("the node does not accept it, and tries the next one"));
                        return;
                    }
                    // The session was a success, so the count of failures starts at 0 again.
                    backoff.reset();
                    if (isReady()) {
                        send(ConnectRequest.newBuilder()
                                .setHeartbeat(Heartbeat.getDefaultInstance())
                                .build());
                    }
                    beat(server, interval, patience.minus(interval));
                },
                interval);
    }

    /** Connects to the leader that another server has named. */
    private void redirect(String server, String leader) {
        LOG.info("Server {} names {} as the leader", server, leader);
        preparation = Optional.empty();
        stream = Optional.empty();
        servers.prefer(leader);
        setTimer(this::open, Duration.ZERO);
    }

    private void lose(String server, Status why) {
        boolean wasRegistered = registered;
        if (!identified) {
            transport.failed(why);
        }
        registered = false;
        preparation = Optional.empty();
        stream = Optional.empty();
        servers.advance();
        Duration delay = delayAfter(why);
        report(server, why, delay, wasRegistered);
        setTimer(this::open, delay);
        if (wasRegistered) {
            node.disconnected();
        }
    }

    private Duration delayAfter(Status why) {
        return isRefusal(why) ? backoff.jitter(timings.refusedRetry()) : backoff.next();
    }

    /** Logs each kind of failure once, not at each attempt. */
    private void report(String server, Status why, Duration delay, boolean wasRegistered) {
        // gRPC has one code for all that can be wrong with a connection.
        String failure = server + ConnectionFault.describe(why, encrypted);
        if (failure.equals(lastFailure)) {
            LOG.debug("Server {}: {}; retrying in {}", server, why, delay);
            return;
        }
        lastFailure = failure;
        if (isRefusal(why)) {
            LOG.error("Server {} refuses this node: {}", server, why.getDescription());
        } else if (wasRegistered) {
            LOG.warn(
                    "Lost the connection to server {} ({}); retrying",
                    server,
                    ConnectionFault.describe(why, encrypted));
        } else {
            LOG.warn("Server {} does not answer ({}); retrying", server, ConnectionFault.describe(why, encrypted));
        }
    }

    private void setTimer(Runnable work, Duration delay) {
        timer.ifPresent(set -> set.cancel(false));
        timer = Optional.of(owner.schedule(work, delay));
    }

    private static boolean isRefusal(Status why) {
        return switch (why.getCode()) {
            case PERMISSION_DENIED, UNAUTHENTICATED, FAILED_PRECONDITION -> true;
            default -> false;
        };
    }

    /** Handles the events of one stream. */
    private final class Events implements SessionStream.Events {

        private final String server;

        Events(String server) {
            this.server = server;
        }

        @Override
        public void message(ConnectResponse message) {
            if (message.hasIdentity()) {
                identified(server, message.getIdentity());
            } else if (message.hasRegistered()) {
                begin(server, message.getRegistered());
            } else if (message.hasServerAddresses() && registered) {
                servers.learn(message.getServerAddresses().getAddressesList());
                LOG.info("Knows the servers {}", servers);
            } else if (identified) {
                node.received(message);
            } else {
                // The node can decide whether to accept a server only once it knows the server's identity.
                LOG.warn("Ignoring a message of server {} before its identity", server);
            }
        }

        @Override
        public void ready() {
            if (registered) {
                node.ready();
            }
        }

        @Override
        public void ended(Status why, Optional<String> leader) {
            // A server names the leader before anything else. Who is sent on again waits before the next attempt.
            Optional<String> other = leader.filter(named -> !identified && servers.isNewRedirect(named));
            other.ifPresentOrElse(named -> redirect(server, named), () -> lose(server, why));
        }
    }
}
