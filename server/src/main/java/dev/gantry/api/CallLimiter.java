package dev.gantry.api;

import com.google.protobuf.MessageLite;
import dev.gantry.access.Caller;
import dev.gantry.api.access.CallContext;
import dev.gantry.v1.AclToken;
import dev.gantry.v1.NodeSessionServiceGrpc;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Bounds what each token and each peer may ask of the server: calls in a second, open streams, and bytes in a second.
 * A call beyond a limit is refused before anything is done for it. A stream that has used up its bytes is not refused, but
 * waits: it is not ready for its next message until then.
 *
 * <p>Not limited are nodes' sessions, whose heartbeats must not be late; callers without a token, which get nothing; and
 * management tokens, by which operators see what goes on. Needs {@link CallContext#CALLER}. Never blocks.
 */
final class CallLimiter implements ServerInterceptor {

    /** More than there can be tokens, so that the account of a token that is in use is not forgotten. */
    private static final int MOST_TOKENS = 16_384;

    /** Beyond it, callers are limited by their tokens only. */
    private static final int MOST_PEERS = 16_384;

    private static final String SESSION =
            NodeSessionServiceGrpc.getConnectMethod().getFullMethodName();

    private static final String OWN_SERVICES = "gantry.";

    private final CallAccounts<String> tokens;
    private final CallAccounts<PeerNetwork> peers;
    private final Predicate<ServerCall<?, ?>> isPeerExempt;

    /**
     * Makes a limiter.
     *
     * @param limits the limits
     * @param isPeerExempt selects calls that are not counted by where they come from
     * @param nanoTime a monotonic clock, as {@link System#nanoTime}
     */
    CallLimiter(CallLimits limits, Predicate<ServerCall<?, ?>> isPeerExempt, LongSupplier nanoTime) {
        this.tokens = new CallAccounts<>("--token", limits.token(), MOST_TOKENS, nanoTime);
        this.peers = new CallAccounts<>("--peer", limits.peer(), MOST_PEERS, nanoTime);
        this.isPeerExempt = isPeerExempt;
    }

    /** Returns true for a call of this machine: its users, and a proxy on it, have one address in common. */
    static boolean isFromLoopback(ServerCall<?, ?> call) {
        return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress remote
                && remote.getAddress() != null
                && remote.getAddress().isLoopbackAddress();
    }

    @Override
    public <Q, A> Listener<Q> interceptCall(ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Caller caller = CallContext.CALLER.get();
        if (caller == null || call.getMethodDescriptor().getFullMethodName().equals(SESSION)) {
            return next.startCall(call, headers);
        }
        List<CallAccount> accounts = Stream.of(ofToken(caller), ofPeer(call))
                .flatMap(Optional::stream)
                .toList();
        if (accounts.isEmpty()) {
            return next.startCall(call, headers);
        }
        boolean isStream = call.getMethodDescriptor().getType() != MethodType.UNARY;
        Optional<StatusRuntimeException> refusal = enter(accounts, isStream);
        if (refusal.isPresent()) {
            call.close(
                    refusal.get().getStatus(),
                    Objects.requireNonNullElseGet(refusal.get().getTrailers(), Metadata::new));
            return new Listener<>() {};
        }
        Metered<Q, A> metered = new Metered<>(call, accounts, isStream);
        try {
            return metered.listening(next.startCall(metered, headers));
        } catch (RuntimeException e) {
            metered.leave();
            throw e;
        }
    }

    private Optional<CallAccount> ofToken(Caller caller) {
        if (!(caller instanceof Caller.Holder holder) || caller.grants().isManagement()) {
            return Optional.empty();
        }
        AclToken token = holder.token();
        return tokens.of(
                token.getAccessorId(), "The token \"%s\" (%s)".formatted(token.getName(), token.getAccessorId()));
    }

    private Optional<CallAccount> ofPeer(ServerCall<?, ?> call) {
        if (isPeerExempt.test(call)) {
            return Optional.empty();
        }
        PeerNetwork network = PeerNetwork.of(call);
        return peers.of(network, "The address " + network);
    }

    private static Optional<StatusRuntimeException> enter(List<CallAccount> accounts, boolean isStream) {
        for (int i = 0; i < accounts.size(); i++) {
            Optional<StatusRuntimeException> refusal = accounts.get(i).enter(isStream);
            if (refusal.isPresent()) {
                accounts.subList(0, i).forEach(entered -> entered.leave(isStream));
                return refusal;
            }
        }
        return Optional.empty();
    }

    /** A call whose bytes are counted. */
    private static final class Metered<Q, A> extends SimpleForwardingServerCall<Q, A> {

        private final List<CallAccount> accounts;
        private final boolean isStream;

        /** False for the library's reflection service, which only gRPC may call. */
        private final boolean isOwn;

        private final AtomicBoolean left = new AtomicBoolean();
        private final AtomicBoolean waits = new AtomicBoolean();
        private volatile Optional<Listener<Q>> listener = Optional.empty();

        Metered(ServerCall<Q, A> call, List<CallAccount> accounts, boolean isStream) {
            super(call);
            this.accounts = accounts;
            this.isStream = isStream;
            this.isOwn =
                    String.valueOf(call.getMethodDescriptor().getServiceName()).startsWith(OWN_SERVICES);
        }

        Listener<Q> listening(Listener<Q> to) {
            listener = Optional.of(to);
            return new Ending<>(to, this);
        }

        void leave() {
            if (!left.getAndSet(true)) {
                accounts.forEach(account -> account.leave(isStream));
            }
        }

        void use(Object message) {
            if (message instanceof MessageLite sized) {
                accounts.forEach(account -> account.use(sized.getSerializedSize()));
            } else if (message instanceof MalformedRequests.Unreadable unreadable) {
                accounts.forEach(account -> account.use(unreadable.bytes()));
            }
        }

        @Override
        public boolean isReady() {
            return super.isReady() && !(isStream && isOwn && isWaiting());
        }

        @Override
        public void sendMessage(A message) {
            use(message);
            super.sendMessage(message);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            leave();
            super.close(status, trailers);
        }

        /** Returns true if the stream has to wait for its bytes; the listener is called when that is over. */
        private boolean isWaiting() {
            Duration patience = accounts.stream()
                    .map(CallAccount::patience)
                    .max(Duration::compareTo)
                    .orElse(Duration.ZERO);
            if (patience.isZero()) {
                return false;
            }
            if (!waits.getAndSet(true)) {
                // The streams of this server take turns of their own: their listeners may be called by any thread.
                CompletableFuture.delayedExecutor(patience.toMillis() + 1, TimeUnit.MILLISECONDS)
                        .execute(this::goOn);
            }
            return true;
        }

        private void goOn() {
            waits.set(false);
            if (!left.get()) {
                listener.ifPresent(Listener::onReady);
            }
        }
    }

    /** Sees the requests and the end of a call. */
    private static final class Ending<Q> extends SimpleForwardingServerCallListener<Q> {

        private final Metered<Q, ?> call;

        Ending(Listener<Q> listener, Metered<Q, ?> call) {
            super(listener);
            this.call = call;
        }

        @Override
        public void onMessage(Q request) {
            call.use(request);
            super.onMessage(request);
        }

        @Override
        public void onCancel() {
            call.leave();
            super.onCancel();
        }

        @Override
        public void onComplete() {
            call.leave();
            super.onComplete();
        }
    }
}
