package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Fetches images over HTTP and HTTPS, and remembers which image a URL led to: {@code cas/remotes/}. */
public final class HttpImages {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration RESPONSE_TIMEOUT = Duration.ofMinutes(2);

    private final Path remotes;

    /**
     * Makes a fetcher.
     *
     * @param dataDirectory the data directory
     */
    public HttpImages(Path dataDirectory) {
        this.remotes = dataDirectory.resolve("cas/remotes");
    }

    /**
     * The image that a URL led to when it was last fetched.
     *
     * @param store the store
     * @param uri the URL
     * @return the image, if it is still stored
     * @throws IOException if the store can't be read
     * @throws RktException if an image in the store is damaged
     */
    Optional<StoredImage> stored(ImageStore store, URI uri) throws IOException, RktException {
        Path remote = remote(uri);
        return Files.exists(remote) ? store.find(Files.readString(remote).strip()) : Optional.empty();
    }

    /**
     * Fetches and stores an image.
     *
     * @param store the store
     * @param uri the URL
     * @param anyCertificate whether any certificate of the server is taken
     * @return the image
     * @throws RktException if the server can't be reached, has no such image, or it is refused
     * @throws IOException if the transfer breaks off or the image can't be stored
     */
    StoredImage fetch(ImageStore store, URI uri, boolean anyCertificate) throws IOException, RktException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(RESPONSE_TIMEOUT)
                .header("User-Agent", "rkt/1.30.0")
                .build();
        HttpResponse<InputStream> response = send(client(anyCertificate), request);
        try (InputStream body = response.body()) {
            if (response.statusCode() != 200) {
                throw new RktException("bad HTTP status code: %d for \"%s\"".formatted(response.statusCode(), uri));
            }
            StoredImage image = store.add(body);
            remember(uri, image);
            return image;
        }
    }

    private static HttpResponse<InputStream> send(HttpClient client, HttpRequest request) throws RktException {
        URI uri = request.uri();
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (ConnectException e) {
            int port = uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
            InetSocketAddress address = new InetSocketAddress(uri.getHost(), port);
            String reason = address.isUnresolved()
                    ? "dial tcp: lookup %s: no such host".formatted(uri.getHost())
                    : "dial tcp %s:%d: connect: connection refused"
                            .formatted(address.getAddress().getHostAddress(), port);
            throw new RktException("Get \"%s\": %s".formatted(uri, reason), e);
        } catch (IOException e) {
            throw new RktException("Get \"%s\": %s".formatted(uri, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RktException("Get \"%s\": interrupted".formatted(uri), e);
        }
    }

    private void remember(URI uri, StoredImage image) throws IOException {
        Files.createDirectories(remotes);
        Path written = remotes.resolve("." + UUID.randomUUID());
        Files.writeString(written, image.id() + "\n");
        Files.move(written, remote(uri), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path remote(URI uri) {
        return remotes.resolve(UUID.nameUUIDFromBytes(uri.toString().getBytes(StandardCharsets.UTF_8))
                .toString());
    }

    private static HttpClient client(boolean anyCertificate) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).followRedirects(HttpClient.Redirect.NORMAL);
        if (anyCertificate) {
            builder.sslContext(trustingContext());
        }
        return builder.build();
    }

    private static SSLContext trustingContext() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new AnyCertificate()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    /** What --insecure-options=tls asks for: any certificate, for any host name. */
    private static final class AnyCertificate extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
