package dev.gantry.node.artifact;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** An HTTP server with files, which may break off an answer, redirect, and remembers the requests. */
public final class FileServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final Map<String, String> redirects = new ConcurrentHashMap<>();
    private final Map<String, Queue<Break>> breaks = new ConcurrentHashMap<>();
    private final Map<String, Duration> drips = new ConcurrentHashMap<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<Headers> requests = new CopyOnWriteArrayList<>();
    private volatile String version = "\"1\"";

    private FileServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(threads);
        server.start();
    }

    /** Starts it on a free port of loopback. */
    public static FileServer start() throws IOException {
        return new FileServer();
    }

    /** Returns the URL of the server, without a slash at its end. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Adds a file, and returns its URL. */
    public String add(String path, byte[] content) {
        files.put(path, content);
        return url() + path;
    }

    /** Redirects a path, and returns its URL. */
    String redirect(String path, String target) {
        redirects.put(path, target);
        return url() + path;
    }

    private record Break(int end, Runnable then) {}

    /** Breaks off an answer with a file before a byte, the first call the next answer, and so on; does something then. */
    void breakOff(String path, int end, Runnable then) {
        breaks.computeIfAbsent(path, any -> new ConcurrentLinkedQueue<>()).add(new Break(end, then));
    }

    /** Lets the next answer with a file hang before a byte, until the server is closed. */
    public void hang(String path, int before) {
        breakOff(path, before, this::awaitEnd);
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets answers with a file come a byte at a time, with a pause after each. */
    void drip(String path, Duration pause) {
        drips.put(path, pause);
    }

    /** Gives files another entity tag. */
    void setVersion(String tag) {
        version = tag;
    }

    /** Returns the headers of all requests, in their order. */
    public List<Headers> requests() {
        return requests;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(exchange.getRequestHeaders());
            String path = exchange.getRequestURI().getPath();
            if (redirects.containsKey(path)) {
                exchange.getResponseHeaders().set("Location", redirects.get(path));
                exchange.sendResponseHeaders(302, -1);
            } else if (files.containsKey(path)) {
                send(exchange, path, files.get(path));
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    private void send(HttpExchange exchange, String path, byte[] content) throws IOException {
        String tag = version;
        exchange.getResponseHeaders().set("ETag", tag);
        Optional<String> range = Optional.ofNullable(
                        exchange.getRequestHeaders().getFirst("Range"))
                .filter(asked -> tag.equals(exchange.getRequestHeaders().getFirst("If-Range")));
        int from = range.map(asked -> Integer.parseInt(asked.substring("bytes=".length(), asked.length() - 1)))
                .orElse(0);
        if (range.isPresent()) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        }
        exchange.sendResponseHeaders(range.isPresent() ? 206 : 200, content.length - from);
        Break broken = breaks.getOrDefault(path, new ConcurrentLinkedQueue<>()).poll();
        OutputStream out = exchange.getResponseBody();
        if (drips.containsKey(path)) {
            drip(content, from, out, drips.get(path));
            return;
        }
        out.write(content, from, (broken == null ? content.length : broken.end()) - from);
        out.flush();
        if (broken != null) {
            broken.then().run();
        }
    }

    private void drip(byte[] content, int from, OutputStream out, Duration pause) throws IOException {
        try {
            boolean isOver = false;
            for (int i = from; i < content.length && !isOver; i++) {
                out.write(content[i]);
                out.flush();
                isOver = end.await(pause.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
