package dev.gantry.node.check;

import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskCommand;
import dev.gantry.driver.TaskCommandException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Makes the probes of checks, over TCP, over HTTP and by commands. May be used by several threads at once. */
public final class CheckProbes {

    /** Does not follow redirects: their targets say nothing about the instance that is checked. */
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

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
     * @param address the address of the service
     * @param method the HTTP method, such as GET
     * @param path the path, which begins with /
     * @param limit the longest time until the end of the response
     * @return the probe
     * @throws IllegalArgumentException if the method or the path is not valid
     */
    public CheckProbe http(InetSocketAddress address, String method, String path, Duration limit) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + name(address) + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("User-Agent", "Gantry Health Check")
                .timeout(limit)
                .build();
        return () -> get(request, limit);
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
                        : new CheckProbe.Result(false, "Exit code %d: %s".formatted(outcome.exitCode(), output));
            } catch (TaskCommandException e) {
                return new CheckProbe.Result(false, e.getMessage());
            }
        };
    }

    private CheckProbe.Result get(HttpRequest request, Duration limit) throws InterruptedException {
        CompletableFuture<HttpResponse<String>> sent = http.sendAsync(request, head -> new BodyPrefix());
        try {
            HttpResponse<String> response = sent.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            boolean passes = response.statusCode() >= 200 && response.statusCode() <= 299;
            return new CheckProbe.Result(passes, "HTTP %d: %s".formatted(response.statusCode(), response.body()));
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
