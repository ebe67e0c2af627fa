package dev.gantry.node.artifact;

import dev.gantry.files.IoFailures;
import dev.gantry.model.ArtifactSource;
import dev.gantry.node.http.HttpClients;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Downloads files of HTTP servers. A download that breaks off is resumed if the server still has the same version (RFC
 * 9110, {@code Range} and {@code If-Range}). Headers and credentials go to the server that the job names, and not to
 * another one that it redirects to.
 *
 * <p>Requests over http:// go to the address that {@link ServerGuard} has checked: a name may have another address by then.
 * Java's client can't do that for https://, where the server at another address lacks the certificate for the name. A proxy,
 * if there is one, looks the name up itself.
 */
final class HttpDownload {

    private static final int ATTEMPTS = 3;
    private static final int MAX_REDIRECTS = 10;
    private static final int LONGEST_VERSION = 1000;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final ServerGuard guard;
    private final ArtifactSettings settings;
    private final HttpClient client =
            HttpClients.builder().connectTimeout(CONNECT_TIMEOUT).build();

    /**
     * Makes a downloader.
     *
     * @param guard decides which servers may be asked
     * @param settings the limits
     */
    HttpDownload(ServerGuard guard, ArtifactSettings settings) {
        this.guard = guard;
        this.settings = settings;
    }

    /** Returns true if two URLs have the same scheme, host and port. */
    static boolean isSameServer(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    /** Returns the port of a URL, that of its scheme if it names none. */
    static int port(URI url) {
        return url.getPort() >= 0 ? url.getPort() : url.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }

    /**
     * Downloads a file.
     *
     * @param source where it is
     * @param headers the headers for its server, credentials among them; values may be secret
     * @param slot where to put it; a part of it may be there already
     * @param deadline the end of the time for it
     */
    void download(ArtifactSource source, Map<String, String> headers, DownloadStore.Slot slot, Deadline deadline)
            throws ArtifactException, InterruptedException, IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                attempt(source.uri(), headers, slot, deadline);
                slot.finish();
                return;
            } catch (BrokenOffException e) {
                if (attempt == ATTEMPTS) {
                    throw new ArtifactException(e.getMessage(), e);
                }
            }
        }
    }

    private void attempt(URI asked, Map<String, String> headers, DownloadStore.Slot slot, Deadline deadline)
            throws ArtifactException, InterruptedException, IOException {
        URI at = asked;
        long have = slot.partBytes();
        Map<String, String> toSend = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        toSend.putAll(headers);
        // A part of the file would be taken for the whole.
        toSend.remove("Range");
        toSend.remove("If-Range");
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            List<InetAddress> addresses = guard.check(at, place(at));
            Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            all.putAll(toSend);
            if (have > 0) {
                all.put("Range", "bytes=" + have + "-");
                all.put("If-Range", slot.version().orElseThrow());
            }
            Answer answer = send(request(at, addresses.get(0), all), at, slot, have, deadline);
            if (answer.redirect().isEmpty()) {
                return;
            }
            URI next = target(at, answer.redirect().get());
            if (!isSameServer(at, next)) {
                toSend.clear();
            }
            at = next;
        }
        throw ArtifactException.retry("its server redirects more than %d times".formatted(MAX_REDIRECTS));
    }

    private static HttpRequest request(URI url, InetAddress address, Map<String, String> headers)
            throws ArtifactException {
        try {
            boolean goesToAddress = url.getScheme().equalsIgnoreCase("http") && !hasProxy(url);
            HttpRequest.Builder request = HttpRequest.newBuilder(goesToAddress ? at(address, url) : url)
                    .header("User-Agent", "gantry");
            if (goesToAddress) {
                request.header("Host", url.getRawAuthority());
            }
            headers.forEach(request::setHeader);
            return request.build();
        } catch (IllegalArgumentException e) {
            // Its message has the value of the header or the URL.
            throw ArtifactException.invalid(
                    "a header can't be sent: it has a character that headers don't have, or HTTP itself sets it");
        }
    }

    private static boolean hasProxy(URI url) {
        return ProxySelector.getDefault() != null
                && ProxySelector.getDefault().select(url).stream().anyMatch(proxy -> proxy.type() != Proxy.Type.DIRECT);
    }

    private static URI at(InetAddress address, URI url) {
        String port = url.getPort() < 0 ? "" : ":" + url.getPort();
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        return URI.create("http://" + ServerGuard.literal(address) + port + url.getRawPath() + query);
    }

    /** Returns the target of a redirect, which the owner of the node must allow too. */
    private URI target(URI from, String location) throws ArtifactException {
        URI target;
        try {
            target = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw ArtifactException.retry("its server redirects to something that is no URL");
        }
        boolean isHttp = "http".equalsIgnoreCase(target.getScheme());
        if (!isHttp && !"https".equalsIgnoreCase(target.getScheme())) {
            throw ArtifactException.retry("its server redirects to something else than http:// and https://");
        }
        if (!ArtifactSource.hasServer(target) || target.getRawUserInfo() != null) {
            throw ArtifactException.retry(
                    "its server redirects to a URL with a host that has other characters than letters, digits, - and ., with"
                            + " a port above 65535, or with a user");
        }
        if (isHttp && from.getScheme().equalsIgnoreCase("https")) {
            throw ArtifactException.retry(
                    "its server redirects from https:// to http://, which others can change: name the other URL");
        }
        guard.checkRedirect(place(target), target);
        return target;
    }

    private static String place(URI url) {
        return "%s://%s%s".formatted(url.getScheme(), url.getRawAuthority(), url.getRawPath());
    }

    /** Sends a request. The body of an answer with the file goes into the slot. */
    private Answer send(HttpRequest request, URI named, DownloadStore.Slot slot, long have, Deadline deadline)
            throws ArtifactException, InterruptedException, IOException {
        Receiver receiver = new Receiver(slot, have, settings.maxBytes());
        CompletableFuture<HttpResponse<Void>> response = client.sendAsync(request, receiver);
        try {
            Pace pace = new Pace(settings);
            while (true) {
                try {
                    HttpResponse<Void> answered = response.get(
                            Math.min(LOOK.toNanos(), deadline.left().toNanos()), TimeUnit.NANOSECONDS);
                    return receiver.judge(answered);
                } catch (TimeoutException e) {
                    pace.look(receiver.bytes);
                }
            }
        } catch (ExecutionException e) {
            throw failure(named, receiver, e.getCause());
        } finally {
            // Ends the exchange if it has not ended.
            response.cancel(true);
            receiver.close();
        }
    }

    private static IOException failure(URI url, Receiver receiver, Throwable cause) throws ArtifactException {
        if (receiver.fault().isPresent()) {
            throw receiver.fault().get();
        }
        if (cause instanceof Error error) {
            throw error;
        }
        if (cause instanceof RuntimeException unexpected) {
            throw unexpected;
        }
        String server = url.getRawAuthority();
        return cause instanceof ConnectException
                ? new BrokenOffException("no connection to " + server)
                : new BrokenOffException("%s: %s".formatted(server, IoFailures.reason(cause)));
    }

    /** Notices that a server sends nothing any more, or so little that it would keep others from their artifacts. */
    private static final class Pace {

        private final long stallNanos;
        private final long leastRate;
        private final long leastBytes;
        private long seen;
        private long movedAt = System.nanoTime();
        private long measuredFrom;
        private long measuredAt = movedAt;

        Pace(ArtifactSettings settings) {
            this.stallNanos = settings.stall().toNanos();
            this.leastRate = settings.leastRate();
            this.leastBytes = settings.leastRate() * settings.stall().toMillis() / 1000;
        }

        /** Is called again and again with the bytes of the file so far. */
        void look(long bytes) throws BrokenOffException, ArtifactException {
            long now = System.nanoTime();
            if (bytes == seen && now - movedAt > stallNanos) {
                throw new BrokenOffException("no data for %d s".formatted(TimeUnit.NANOSECONDS.toSeconds(stallNanos)));
            }
            if (bytes != seen) {
                movedAt = now;
            }
            // The server may take its time before the first byte.
            boolean isMeasured = seen > 0 && now - measuredAt >= stallNanos;
            if (isMeasured && bytes - measuredFrom < leastBytes) {
                // Another attempt at once would keep the turn.
                throw ArtifactException.retry("its server sends less than %d bytes a second".formatted(leastRate));
            }
            if (isMeasured || seen == 0) {
                measuredFrom = bytes;
                measuredAt = now;
            }
            seen = bytes;
        }
    }

    /** An answer: a redirect, or the file is whole. */
    private record Answer(Optional<String> redirect) {}

    /** Writes the body of an answer into a file, as it comes. One thread of the HTTP client at a time uses it. */
    private static final class Receiver implements HttpResponse.BodyHandler<Void>, HttpResponse.BodySubscriber<Void> {

        private final DownloadStore.Slot slot;
        private final long have;
        private final long mostBytes;
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        /** Written by the client's thread, read by the thread that waits. */
        private volatile long bytes;

        private volatile Optional<ArtifactException> fault = Optional.empty();
        private long expected = -1;
        /** Guarded by the monitor, since an answer may begin after the thread has given up. */
        private FileChannel file;

        private boolean isClosed;
        private Flow.Subscription subscription;

        Receiver(DownloadStore.Slot slot, long have, long mostBytes) {
            this.slot = slot;
            this.have = have;
            this.mostBytes = mostBytes;
        }

        Optional<ArtifactException> fault() {
            return fault;
        }

        /** Begins the file if the answer has it; else leaves the body out. */
        @Override
        public synchronized HttpResponse.BodySubscriber<Void> apply(HttpResponse.ResponseInfo answer) {
            int status = answer.statusCode();
            boolean isRest = status == 206
                    && answer.headers()
                            .firstValue("Content-Range")
                            .filter(range -> range.startsWith("bytes " + have + "-"))
                            .isPresent();
            if (isClosed || (status != 200 && !isRest)) {
                return HttpResponse.BodySubscribers.discarding();
            }
            try {
                if (status == 200) {
                    slot.begin(version(answer));
                }
                bytes = isRest ? have : 0;
                long length = length(answer);
                expected = length < 0 ? -1 : bytes + length;
                requireSize(expected);
                file = FileChannel.open(slot.part(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                return this;
            } catch (ArtifactException e) {
                fault = Optional.of(e);
                return HttpResponse.BodySubscribers.replacing(null);
            } catch (IOException e) {
                fault = Optional.of(new ArtifactException("can't write it: " + IoFailures.reason(e), e));
                return HttpResponse.BodySubscribers.replacing(null);
            }
        }

        /** Returns what the answer says about its length; -1 if it says nothing. */
        private static long length(HttpResponse.ResponseInfo answer) throws ArtifactException {
            try {
                return answer.headers().firstValueAsLong("Content-Length").orElse(-1);
            } catch (NumberFormatException e) {
                throw new ArtifactException("its server sends a Content-Length that is no number", e);
            }
        }

        /** A strong entity tag or a modification time. A weak entity tag does not identify bytes. */
        private static Optional<String> version(HttpResponse.ResponseInfo answer) {
            return answer.headers()
                    .firstValue("ETag")
                    .filter(tag -> !tag.startsWith("W/"))
                    .or(() -> answer.headers().firstValue("Last-Modified"))
                    // It becomes a header of the next request.
                    .filter(version -> version.length() <= LONGEST_VERSION
                            && version.chars().allMatch(c -> c >= ' ' && c < 0x7f));
        }

        private void requireSize(long size) throws ArtifactException {
            if (size > mostBytes) {
                throw ArtifactException.retry("it is larger than %d bytes, which --artifact-max-size of the node allows"
                        .formatted(mostBytes));
            }
        }

        @Override
        public CompletionStage<Void> getBody() {
            return end;
        }

        @Override
        public void onSubscribe(Flow.Subscription begun) {
            subscription = begun;
            begun.request(1);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            try {
                long reached = bytes;
                for (ByteBuffer buffer : buffers) {
                    requireSize(reached + buffer.remaining());
                    while (buffer.hasRemaining()) {
                        reached += file.write(buffer);
                    }
                }
                bytes = reached;
                subscription.request(1);
            } catch (ArtifactException e) {
                fail(e);
            } catch (IOException e) {
                fail(new ArtifactException("can't write it: " + IoFailures.reason(e), e));
            }
        }

        private void fail(ArtifactException why) {
            fault = Optional.of(why);
            subscription.cancel();
            end.completeExceptionally(why);
        }

        @Override
        public void onError(Throwable failure) {
            end.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            end.complete(null);
        }

        /** Decides about an answer that has come to its end. */
        Answer judge(HttpResponse<Void> answer) throws ArtifactException, IOException {
            if (fault.isPresent()) {
                throw fault.get();
            }
            int status = answer.statusCode();
            if (REDIRECTS.contains(status)) {
                Optional<String> location = answer.headers().firstValue("Location");
                if (location.isPresent()) {
                    return new Answer(location);
                }
            }
            if (file != null) {
                if (expected >= 0 && bytes < expected) {
                    throw new BrokenOffException("it ends after %d of %d bytes".formatted(bytes, expected));
                }
                return new Answer(Optional.empty());
            }
            if (status == 206 || status == 416) {
                slot.forget();
                throw new BrokenOffException("its server has another version of it now");
            }
            throw ArtifactException.retry("its server answers with status " + status);
        }

        synchronized void close() throws IOException {
            isClosed = true;
            if (file != null) {
                file.close();
            }
        }
    }

    /** A download broke off. What has come is kept for the next attempt. */
    private static final class BrokenOffException extends IOException {

        private static final long serialVersionUID = 1L;

        BrokenOffException(String message) {
            super(message);
        }
    }
}
