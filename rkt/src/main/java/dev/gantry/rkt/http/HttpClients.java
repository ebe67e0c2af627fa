package dev.gantry.rkt.http;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** Makes HTTP clients, and describes failures in rkt's words. */
public final class HttpClients {

    /** The {@code User-Agent} of requests: some servers of images answer rkt otherwise than browsers. */
    static final String USER_AGENT = "rkt/1.30.0";

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

    private HttpClients() {}

    /**
     * Begins a client.
     *
     * @param anyCertificate whether any certificate of a server is taken ({@code --insecure-options=tls}); else those
     *     that this machine trusts, see {@link TrustedCertificates}
     * @return a builder, which takes the rest
     * @throws IOException if the certificates that this machine trusts can't be read
     */
    static HttpClient.Builder builder(boolean anyCertificate) throws IOException {
        return HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .sslContext(anyCertificate ? trustingContext() : TrustedCertificates.context(System.getenv()));
    }

    /**
     * Makes clients without their own TLS context, such as those of libraries, use this machine's certificate
     * authorities.
     *
     * @throws IOException if the certificates that this machine trusts can't be read
     */
    public static void trustAsThisMachine() throws IOException {
        SSLContext.setDefault(TrustedCertificates.context(System.getenv()));
    }

    /**
     * Sends a request.
     *
     * @param <T> the type into which the body is converted
     * @param client the client
     * @param request the request
     * @param handler takes the body
     * @return the response, whatever its status
     * @throws RktException if there is none
     */
    static <T> HttpResponse<T> send(HttpClient client, HttpRequest request, HttpResponse.BodyHandler<T> handler)
            throws RktException {
        URI uri = request.uri();
        try {
            return client.send(request, handler);
        } catch (ConnectException e) {
            throw new RktException("Get \"%s\": %s".formatted(uri, dialFailure(uri)), e);
        } catch (IOException e) {
            throw new RktException("Get \"%s\": %s".formatted(uri, e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RktException("Get \"%s\": interrupted".formatted(uri), e);
        }
    }

    private static String dialFailure(URI uri) {
        int port = uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equals("https") ? 443 : 80;
        InetSocketAddress address = new InetSocketAddress(uri.getHost(), port);
        return address.isUnresolved()
                ? "dial tcp: lookup %s: no such host".formatted(uri.getHost())
                : "dial tcp %s:%d: connect: connection refused"
                        .formatted(address.getAddress().getHostAddress(), port);
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
}
