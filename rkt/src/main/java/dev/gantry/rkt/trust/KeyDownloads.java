package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.http.HttpClients;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Fetches keys and the pages that tell of them: small files, all of which is needed at once. */
public final class KeyDownloads {

    private static final Duration RESPONSE_TIMEOUT = Duration.ofMinutes(2);

    private final boolean httpAllowed;
    private final boolean anyCertificate;

    /** Made when it is needed: reading certificates takes time. */
    private HttpClient client;

    /**
     * Makes a fetcher.
     *
     * @param httpAllowed whether plain HTTP may be used
     * @param anyCertificate whether servers may show any certificate
     */
    public KeyDownloads(boolean httpAllowed, boolean anyCertificate) {
        this.httpAllowed = httpAllowed;
        this.anyCertificate = anyCertificate;
    }

    /**
     * Fetches a file.
     *
     * @param uri its URL
     * @param maxBytes the size above which it is refused
     * @return what it holds
     * @throws RktException if it may not be fetched, or the server has no such file
     * @throws IOException if the transfer breaks off, or the certificates that this machine trusts can't be read
     */
    byte[] get(URI uri, int maxBytes) throws RktException, IOException {
        if ("http".equalsIgnoreCase(uri.getScheme()) && !httpAllowed) {
            throw new RktException("--insecure-allow-http required for http URLs");
        }
        if (client == null) {
            client = HttpClients.create(anyCertificate);
        }
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(RESPONSE_TIMEOUT)
                .header("User-Agent", HttpClients.USER_AGENT)
                .build();
        HttpResponse<InputStream> response =
                HttpClients.send(client, request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            if (response.statusCode() != 200) {
                throw new RktException("bad HTTP status code: %d for \"%s\"".formatted(response.statusCode(), uri));
            }
            byte[] bytes = body.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new RktException("\"%s\" has more than %d bytes".formatted(uri, maxBytes));
            }
            return bytes;
        }
    }
}
