package dev.gantry.rkt.http;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.config.Credentials;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Sends requests as rkt does: through the proxies of the environment, and over plain HTTP only if it is allowed, also
 * after redirects. Credentials of a host are sent over TLS only, and never to the target of a redirect to another host
 * or port. Otherwise the author of a URL, or the server behind it, could learn a password.
 */
public final class HttpTransport {

    private static final Duration RESPONSE_TIMEOUT = Duration.ofMinutes(2);
    private static final int MAX_REDIRECTS = 10;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final Credentials credentials;
    private final boolean isHttpAllowed;
    private final HttpClient client;

    /**
     * Makes a transport.
     *
     * @param credentials the credentials for hosts
     * @param proxies which proxy leads to a host
     * @param isHttpAllowed whether plain HTTP may be used
     * @param isAnyCertificateTaken whether servers may show any certificate
     * @throws IOException if the certificates that this machine trusts can't be read
     */
    public HttpTransport(
            Credentials credentials, ProxySelector proxies, boolean isHttpAllowed, boolean isAnyCertificateTaken)
            throws IOException {
        this.credentials = credentials;
        this.isHttpAllowed = isHttpAllowed;
        this.client = HttpClients.builder(isAnyCertificateTaken)
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(proxies)
                .build();
    }

    /**
     * Sends a GET request and follows redirects.
     *
     * @param uri the URL
     * @param headers additional headers
     * @return the answer, whatever its status, unless that is a redirect; its body must be closed
     * @throws RktException if the server can't be reached, or may not be asked; in Go's words
     */
    public HttpResponse<InputStream> get(URI uri, Map<String, String> headers) throws RktException {
        URI at = uri;
        for (int redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
            requireAllowed(at);
            HttpResponse<InputStream> response =
                    HttpClients.send(client, request(uri, at, headers), HttpResponse.BodyHandlers.ofInputStream());
            Optional<String> location = response.headers().firstValue("Location");
            if (!REDIRECTS.contains(response.statusCode()) || location.isEmpty()) {
                return response;
            }
            discard(response);
            at = resolve(at, location.get());
        }
        throw new RktException("Get \"%s\": stopped after %d redirects".formatted(uri, MAX_REDIRECTS));
    }

    private void requireAllowed(URI uri) throws RktException {
        boolean isHttp = "http".equalsIgnoreCase(uri.getScheme());
        if (isHttp && !isHttpAllowed) {
            throw new RktException("\"%s\" is plain HTTP, which --insecure-options=http allows".formatted(uri));
        }
        if ((!isHttp && !"https".equalsIgnoreCase(uri.getScheme())) || uri.getHost() == null) {
            throw new RktException("Get \"%s\": unsupported protocol scheme or no host".formatted(uri));
        }
    }

    private HttpRequest request(URI asked, URI at, Map<String, String> headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(at).timeout(RESPONSE_TIMEOUT).header("User-Agent", HttpClients.USER_AGENT);
        headers.forEach(request::setHeader);
        if ("https".equalsIgnoreCase(at.getScheme()) && host(at).equalsIgnoreCase(host(asked))) {
            credentials.authorization(host(at)).ifPresent(value -> request.setHeader("Authorization", value));
        }
        return request.build();
    }

    private static String host(URI uri) {
        return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }

    private static void discard(HttpResponse<InputStream> response) throws RktException {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new RktException("Get \"%s\": %s".formatted(response.uri(), e.getMessage()), e);
        }
    }

    private static URI resolve(URI base, String location) throws RktException {
        try {
            return base.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new RktException("Get \"%s\": redirected to an invalid URL: \"%s\"".formatted(base, location), e);
        }
    }
}
