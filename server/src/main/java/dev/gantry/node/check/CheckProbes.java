package dev.gantry.node.check;

import com.google.common.base.Suppliers;
import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskCommand;
import dev.gantry.driver.TaskCommandException;
import dev.gantry.node.http.HttpClients;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Makes the probes of checks, over TCP, HTTP and gRPC and by commands. May be used by several threads at once. */
public final class CheckProbes {

    private static final String USER_AGENT = "User-Agent";
    private static final int TOO_MANY_REQUESTS = 429;

    private final HttpClient http = HttpClients.builder().build();

    /** Made when a check needs it: each client has a thread. */
    private final Supplier<HttpClient> unverified = Suppliers.memoize(
            () -> HttpClients.builder().sslContext(trustingAny()).build());

    /**
     * Makes a probe that passes if the port takes a connection. The probe sends nothing.
     *
     * @param address the address of the service
     * @param limit the longest time to connect
     * @return the probe
     */
    public CheckProbe tcp(InetSocketAddress address, Duration limit) {
        return () -> {
            try (Socket socket = new Socket()) {
                socket.connect(address, (int) Math.max(1, limit.toMillis()));
                return new CheckProbe.Result(true, "Connected to " + name(address));
            } catch (IOException e) {
                return new CheckProbe.Result(false, "Can't connect to %s: %s".formatted(name(address), e.getMessage()));
            }
        };
    }

    /**
     * Makes a probe that passes if a request gets a status from 200 to 299.
     *
     * @param check the request
     * @param limit the longest time until the end of the response
     * @return the probe
     * @throws IllegalArgumentException if the method, the path or a header is not valid
     */
    public CheckProbe http(HttpCheckRequest check, Duration limit) {
        String scheme = check.security() == ProbeSecurity.PLAIN ? "http://" : "https://";
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(scheme + name(check.address()) + check.path()))
                .method(check.method(), HttpRequest.BodyPublishers.noBody())
                .timeout(limit);
        if (check.headers().keySet().stream().noneMatch(USER_AGENT::equalsIgnoreCase)) {
            request.header(USER_AGENT, "Gantry Health Check");
        }
        check.headers().forEach((name, values) -> values.forEach(value -> request.header(name, value)));
        HttpRequest built = request.build();
        return () -> get(check.security() == ProbeSecurity.UNVERIFIED ? unverified.get() : http, built, limit);
    }

    /**
     * Makes a probe that passes if a service says by the gRPC Health Checking Protocol that it is serving.
     *
     * @param address the address of the service
     * @param security whether the connection uses TLS
     * @param service the service that is asked for; empty for the server as a whole
     * @param limit the longest time until the answer
     * @return the probe
     */
    public CheckProbe grpc(InetSocketAddress address, ProbeSecurity security, String service, Duration limit) {
        return new GrpcProbe(address, security, service, limit);
    }

    /**
     * Makes a probe that runs a command in the task and passes if the exit code is 0.
     *
     * @param task the task
     * @param line the command and its arguments
     * @param limit the longest time that the command may run
     * @return the probe
     */
    public CheckProbe script(RunningTask task, List<String> line, Duration limit) {
        TaskCommand command = new TaskCommand(line, limit);
        return () -> {
            try {
                TaskCommand.Outcome outcome = task.run(command);
                String output = outcome.output().strip();
                return outcome.exitCode() == 0
                        ? new CheckProbe.Result(true, output)
                        : new CheckProbe.Result(
                                false,
                                outcome.exitCode() == 1,
                                "Exit code %d: %s".formatted(outcome.exitCode(), output));
            } catch (TaskCommandException e) {
                return new CheckProbe.Result(false, e.getMessage());
            }
        };
    }

    /** Does not follow redirects: their targets say nothing about the instance that is checked. */
    private static SSLContext trustingAny() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new AnyCertificate()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Java has no TLS", e);
        }
    }

    private static CheckProbe.Result get(HttpClient client, HttpRequest request, Duration limit)
            throws InterruptedException {
        CompletableFuture<HttpResponse<String>> sent = client.sendAsync(request, head -> new BodyPrefix());
        try {
            HttpResponse<String> response = sent.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            boolean passes = response.statusCode() >= 200 && response.statusCode() <= 299;
            return new CheckProbe.Result(
                    passes,
                    response.statusCode() == TOO_MANY_REQUESTS,
                    "HTTP %d: %s".formatted(response.statusCode(), response.body()));
        } catch (ExecutionException e) {
            return new CheckProbe.Result(false, "%s %s: %s".formatted(request.method(), request.uri(), e.getCause()));
        } catch (TimeoutException e) {
            return new CheckProbe.Result(
                    false,
                    "%s %s: no answer within %d ms".formatted(request.method(), request.uri(), limit.toMillis()));
        } finally {
            // Does nothing if the response has arrived.
            sent.cancel(true);
        }
    }

    private static String name(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
