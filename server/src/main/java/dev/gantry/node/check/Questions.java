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

/** The ways to ask. May be used by several threads at once. */
public final class Questions {

    /**
     * Redirects are not followed: where they lead says nothing about the instance that is asked.
     */
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    /**
     * Connects, and sends nothing.
     *
     * @param address to where
     * @param limit how long that may take
     * @return the question
     */
    public Question tcp(InetSocketAddress address, Duration limit) {
        return () -> {
            try (Socket socket = new Socket()) {
                socket.connect(address, (int) Math.max(1, limit.toMillis()));
                return new Answer(true, "Connected to " + name(address));
            } catch (IOException e) {
                return new Answer(false, "Can't connect to %s: %s".formatted(name(address), e.getMessage()));
            }
        };
    }

    /**
     * Gets a page; an answer of 200 to 299 passes.
     *
     * @param address of whom
     * @param method such as GET
     * @param path which page, from /
     * @param limit how long the whole answer may take
     * @return the question
     * @throws IllegalArgumentException if there can be no such page or method
     */
    public Question http(InetSocketAddress address, String method, String path, Duration limit) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + name(address) + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("User-Agent", "Gantry Health Check")
                .timeout(limit)
                .build();
        return () -> get(request, limit);
    }

    /**
     * Runs a command in the task; exit code 0 passes.
     *
     * @param task the task
     * @param line the command and its arguments
     * @param limit how long it may take
     * @return the question
     */
    public Question script(RunningTask task, List<String> line, Duration limit) {
        TaskCommand command = new TaskCommand(line, limit);
        return () -> {
            try {
                TaskCommand.Outcome outcome = task.run(command);
                String said = outcome.output().strip();
                return outcome.exitCode() == 0
                        ? new Answer(true, said)
                        : new Answer(false, "Exit code %d: %s".formatted(outcome.exitCode(), said));
            } catch (TaskCommandException e) {
                return new Answer(false, e.getMessage());
            }
        };
    }

    private Answer get(HttpRequest request, Duration limit) throws InterruptedException {
        CompletableFuture<HttpResponse<String>> answer = http.sendAsync(request, said -> new FirstCharacters());
        try {
            HttpResponse<String> response = answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            boolean passes = response.statusCode() >= 200 && response.statusCode() <= 299;
            return new Answer(passes, "HTTP %d: %s".formatted(response.statusCode(), response.body()));
        } catch (ExecutionException e) {
            return new Answer(false, "%s %s: %s".formatted(request.method(), request.uri(), e.getCause()));
        } catch (TimeoutException e) {
            return new Answer(
                    false,
                    "%s %s: no answer within %d ms".formatted(request.method(), request.uri(), limit.toMillis()));
        } finally {
            // Does nothing to an answer that is there.
            answer.cancel(true);
        }
    }

    private static String name(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }
}
