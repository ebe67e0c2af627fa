package dev.gantry.client;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A real gRPC server on loopback whose services a test writes. Remembers the headers of each call. */
public final class ScriptedServer implements AutoCloseable {

    private final Server server;
    private final int port;
    private final List<Metadata> headers = new CopyOnWriteArrayList<>();

    private ScriptedServer(int wanted, BindableService... services) throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted))
                .intercept(new HeaderRecorder());
        for (BindableService service : services) {
            builder.addService(service);
        }
        this.server = builder.build().start();
        this.port = server.getPort();
    }

    /**
     * Serves on any free port.
     *
     * @param services the services
     * @return the server, which answers calls already
     * @throws IOException if there is no free port
     */
    public static ScriptedServer start(BindableService... services) throws IOException {
        return new ScriptedServer(0, services);
    }

    /** Serves on a port that was served before. */
    static ScriptedServer startAt(int port, BindableService... services) throws IOException {
        return new ScriptedServer(port, services);
    }

    int port() {
        return port;
    }

    /**
     * Returns the address to connect to.
     *
     * @return HOST:PORT
     */
    public String address() {
        return "127.0.0.1:" + port();
    }

    List<Metadata> headers() {
        return headers;
    }

    @Override
    public void close() {
        try {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class HeaderRecorder implements ServerInterceptor {

        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
            headers.add(metadata);
            return next.startCall(call, metadata);
        }
    }
}
