package dev.gantry.node.session;

import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.Heartbeat;
import dev.gantry.v1.Identity;
import dev.gantry.v1.Registered;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node in touch with one of its servers: connects, registers, says that the node is alive, and begins again, with
 * the next server, when the stream breaks.
 *
 * <p>All of it is called and happens on the owner thread. The heartbeat does too, on purpose: a node whose owner thread
 * hangs is not alive.
 */
public final class ServerSession {

    private static final Logger LOG = LoggerFactory.getLogger(ServerSession.class);

    private static final long SHORTEST_HEARTBEAT_MILLIS = 50;

    /** Longer than any session. */
    private static final Duration FOREVER = Duration.ofDays(36_500);

    private final List<String> servers;
    private final SessionHandler node;
    private final OwnerThread owner;
    private final SessionTimings timings;
    private final Backoff backoff;
    private int next;
    private Optional<SessionStream> stream = Optional.empty();
    private Optional<Future<?>> timer = Optional.empty();
    private boolean identified;
    private boolean registered;
    private boolean closed;
    private String lastFailure = "";

    /**
     * Makes a session; {@link #open()} begins it.
     *
     * @param servers the servers to try in turn, each as {@code HOST:PORT}, at least one
     * @param node whom it is led for
     * @param owner the owner thread
     * @param timings when to try again
     * @param random spreads the tries
     */
    public ServerSession(
            List<String> servers,
            SessionHandler node,
            OwnerThread owner,
            SessionTimings timings,
            RandomGenerator random) {
        this.servers = List.copyOf(servers);
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
        String server = servers.get(next);
        identified = false;
        registered = false;
        SessionStream opened = SessionStream.open(server, owner, new Events(server));
        stream = Optional.of(opened);
        setTimer(() -> giveUpRegistration(server, opened), timings.registration());
    }

    /**
     * Whether the server knows the node, and what is sent now goes out soon.
     *
     * @return false also if there is no server
     */
    public boolean isReady() {
        return registered && stream.map(SessionStream::isReady).orElse(false);
    }

    /**
     * Sends a message. Without a server it is passed over.
     *
     * @param message anything but Register and Heartbeat
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
        stream.ifPresent(open -> open.abort("The node begins a new session"));
        if (registered) {
            registered = false;
            node.disconnected();
        }
        open();
    }

    /** Ends the session for good. */
    public void close() {
        closed = true;
        registered = false;
        timer.ifPresent(set -> set.cancel(false));
        stream.ifPresent(SessionStream::close);
    }

    private void giveUpRegistration(String server, SessionStream opened) {
        String why = "no answer within %d ms".formatted(timings.registration().toMillis());
        opened.abort(why);
        lose(server, Status.DEADLINE_EXCEEDED.withDescription(why));
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
                        LOG.error("The node can't remember its cluster", failure);
                        opened.abort("The node can't remember its cluster");
                        lose(server, Status.ABORTED.withDescription("the node can't remember its cluster"));
                    }
                }));
    }

    private void begin(String server, Registered answer) {
        registered = true;
        lastFailure = "";
        LOG.info("Connected to server {}", server);
        node.registered();
        Duration patience = node.obeys() || servers.size() == 1 ? FOREVER : backoff.jitter(timings.refusedRetry());
        beat(
                server,
                Duration.ofMillis(Math.max(SHORTEST_HEARTBEAT_MILLIS, answer.getHeartbeatIntervalMillis())),
                patience);
    }

    /** Says that the node is alive again and again; a server that it does not obey only until the next one's turn. */
    private void beat(String server, Duration interval, Duration patience) {
        setTimer(
                () -> {
                    if (patience.isNegative()) {
                        stream.ifPresent(open -> open.abort("The node looks for a server that it may obey"));
                        lose(
                                server,
                                Status.ABORTED.withDescription("the node does not obey it, and tries the next one"));
                        return;
                    }
                    // It has lasted: the next failure is the first one again.
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

    private void lose(String server, Status why) {
        boolean wasRegistered = registered;
        registered = false;
        stream = Optional.empty();
        next = (next + 1) % servers.size();
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

    /** Logs each kind of failure once, not each try. */
    private void report(String server, Status why, Duration delay, boolean wasRegistered) {
        String failure = server + why.getCode();
        if (failure.equals(lastFailure)) {
            LOG.debug("Server {}: {}; trying again in {}", server, why, delay);
            return;
        }
        lastFailure = failure;
        if (isRefusal(why)) {
            LOG.error(
                    "Server {} refuses this node: {}. It knows the node's id with another secret: restore the node's own"
                            + " data directory, or delete the file identity in it to join as a new node",
                    server,
                    why.getDescription());
        } else if (wasRegistered) {
            LOG.warn("Server {} is lost ({}); trying again until it is back", server, describe(why));
        } else {
            LOG.warn("Server {} does not answer ({}); trying again until it does", server, describe(why));
        }
    }

    private void setTimer(Runnable work, Duration delay) {
        timer.ifPresent(set -> set.cancel(false));
        timer = Optional.of(owner.schedule(work, delay));
    }

    private static boolean isRefusal(Status why) {
        return why.getCode() == Status.Code.PERMISSION_DENIED;
    }

    private static String describe(Status why) {
        return why.getDescription() == null ? why.getCode().name() : why.getCode() + ": " + why.getDescription();
    }

    /** What one stream brings. */
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
            } else if (identified) {
                node.received(message);
            } else {
                // Whether it may be obeyed is known only of a server that has said who it is.
                LOG.warn("Server {} wants something before it says who it is; it is passed over", server);
            }
        }

        @Override
        public void ready() {
            if (registered) {
                node.ready();
            }
        }

        @Override
        public void ended(Status why) {
            lose(server, why);
        }
    }
}
