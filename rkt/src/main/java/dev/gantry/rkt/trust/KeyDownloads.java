package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.http.HttpTransport;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;

/** Fetches keys: small files, all of which is needed at once. */
public final class KeyDownloads {

    private final TransportSource source;
    private final boolean httpAllowed;

    /** Made when it is needed: reading certificates takes time. */
    private HttpTransport transport;

    /** Makes the sender of the requests. */
    @FunctionalInterface
    public interface TransportSource {

        /**
         * Makes it.
         *
         * @return the transport
         * @throws RktException if the credentials of this machine can't be understood
         * @throws IOException if these, or the certificates that it trusts, can't be read
         */
        HttpTransport open() throws RktException, IOException;
    }

    /**
     * Makes a fetcher.
     *
     * @param source makes the sender of the requests; called once at most
     * @param httpAllowed whether plain HTTP may be used
     */
    public KeyDownloads(TransportSource source, boolean httpAllowed) {
        this.source = source;
        this.httpAllowed = httpAllowed;
    }

    /** Opens the transport of the requests. */
    HttpTransport transport() throws RktException, IOException {
        if (transport == null) {
            transport = source.open();
        }
        return transport;
    }

    /**
     * Fetches a file.
     *
     * @param uri its URL
     * @param maxBytes the size above which it is refused
     * @return the content
     * @throws RktException if the scheme is not allowed, or the server has no such file
     * @throws IOException if the transfer breaks off, or the certificates that this machine trusts can't be read
     */
    byte[] get(URI uri, int maxBytes) throws RktException, IOException {
        if ("http".equalsIgnoreCase(uri.getScheme()) && !httpAllowed) {
            throw new RktException("--insecure-allow-http required for http URLs");
        }
        HttpResponse<InputStream> response = transport().get(uri, Map.of());
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
