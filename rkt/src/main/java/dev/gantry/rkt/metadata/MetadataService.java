package dev.gantry.rkt.metadata;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gantry.rkt.Json;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Serves the metadata service over HTTP. The path of a request begins with the token of the pod that asks, so a pod can
 * ask about itself only. The size of requests is bounded, and slow pods are disconnected.
 */
public final class MetadataService implements AutoCloseable {

    private static final Pattern PATH = Pattern.compile("/([0-9a-f-]{1,128})/acMetadata/v1/(.{1,256})");
    private static final Pattern APP = Pattern.compile("apps/([^/]+)/(annotations|image/manifest|image/id)");
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int THREADS = 8;
    private static final int WAITING = 256;

    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=us-ascii";

    private final RegisteredPods pods;
    private final PodSigner signer;
    private final Consumer<String> faults;
    private final HttpServer server;
    private final ThreadPoolExecutor executor;

    /**
     * Starts a service on all addresses of the machine.
     *
     * @param dataDirectory the data directory that the pods are in
     * @param port the port, or 0 for any that is free
     * @param faults receives error messages
     * @throws IOException if the port can't be had
     */
    public MetadataService(Path dataDirectory, int port, Consumer<String> faults) throws IOException {
        this.pods = new RegisteredPods(dataDirectory);
        this.signer = new PodSigner(new SecureRandom());
        this.faults = faults;
        this.server = HttpServer.create(new InetSocketAddress(port), WAITING);
        this.executor =
                new ThreadPoolExecutor(THREADS, THREADS, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(WAITING));
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    /**
     * Returns the port that the service listens on.
     *
     * @return the port
     */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer;
            try {
                answer = answer(exchange);
            } catch (IOException | RuntimeException e) {
                faults.accept("%s %s: %s".formatted(exchange.getRequestMethod(), "request of a pod", e));
                answer = Answer.failed(500, "the metadata can't be read");
            }
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        Matcher path = PATH.matcher(exchange.getRequestURI().getPath());
        // A page in a browser can't send this header.
        boolean isAsked = "AppContainer".equals(exchange.getRequestHeaders().getFirst("Metadata-Flavor"));
        Optional<RegisteredPod> pod = path.matches() && isAsked ? pods.find(path.group(1)) : Optional.empty();
        if (pod.isEmpty()) {
            return Answer.failed(404, "this path belongs to no pod, or the header Metadata-Flavor is missing");
        }
        String entry = path.group(2).replaceAll("/+$", "");
        return switch (exchange.getRequestMethod()) {
            case "GET" -> read(pod.get(), entry);
            case "POST" -> post(pod.get(), entry, exchange);
            default -> Answer.failed(405, "only GET and POST are supported");
        };
    }

    private static Answer read(RegisteredPod pod, String entry) throws IOException {
        return switch (entry) {
            case "pod/annotations" -> new Answer(200, JSON, Json.compact(pod.annotations()));
            case "pod/manifest" -> new Answer(200, JSON, pod.manifest());
            case "pod/uuid" -> new Answer(200, TEXT, pod.uuid());
            default -> readOfApp(pod, entry);
        };
    }

    private static Answer readOfApp(RegisteredPod pod, String entry) throws IOException {
        Matcher matcher = APP.matcher(entry);
        Optional<RegisteredPod.App> app = matcher.matches() ? pod.app(matcher.group(1)) : Optional.empty();
        return app.isEmpty() ? Answer.failed(404, "there is no such entry") : read(app.get(), matcher.group(2));
    }

    private static Answer read(RegisteredPod.App app, String entry) throws IOException {
        return switch (entry) {
            case "annotations" -> new Answer(200, JSON, Json.compact(app.annotations()));
            case "image/manifest" -> new Answer(200, JSON, app.imageManifest());
            default -> new Answer(200, TEXT, app.imageId());
        };
    }

    private Answer post(RegisteredPod pod, String entry, HttpExchange exchange) throws IOException {
        List<String> known = List.of("pod/hmac/sign", "pod/hmac/verify");
        if (!known.contains(entry)) {
            return Answer.failed(404, "there is no such entry");
        }
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            return Answer.failed(413, "a form has at most %d bytes".formatted(MAX_BODY_BYTES));
        }
        Map<String, String> form;
        try {
            form = form(new String(body, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Answer.failed(400, "this is no form");
        }
        String content = form.getOrDefault("content", "");
        if (content.isEmpty()) {
            return Answer.failed(400, "the form has no content");
        }
        if (entry.equals("pod/hmac/sign")) {
            return new Answer(200, TEXT, signer.sign(pod.uuid(), content));
        }
        // An earlier version of the specification called it uid.
        String uuid = form.getOrDefault("uuid", form.getOrDefault("uid", ""));
        if (!UUID.matcher(uuid).matches()) {
            return Answer.failed(400, "the form has no uuid of a pod");
        }
        return signer.isSignature(uuid, content, form.getOrDefault("signature", ""))
                ? new Answer(200, TEXT, "")
                : Answer.failed(403, "the signature is not that of this pod and content");
    }

    private static Map<String, String> form(String body) {
        Map<String, String> form = new HashMap<>();
        Arrays.stream(body.split("&", -1)).filter(pair -> pair.contains("=")).forEach(pair -> {
            int equals = pair.indexOf('=');
            form.put(
                    URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                    URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        });
        return form;
    }

    private record Answer(int status, String type, String body) {

        static Answer failed(int status, String reason) {
            return new Answer(status, TEXT, reason + "\n");
        }
    }
}
