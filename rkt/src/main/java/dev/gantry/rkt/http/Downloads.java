package dev.gantry.rkt.http;

import dev.gantry.rkt.RktException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Downloads files. An interrupted download is resumed if the server still has the same version (RFC 9110, {@code Range}
 * and {@code If-Range}). The partial file is kept on disk, with a file that identifies the version.
 */
public final class Downloads {

    private static final int ATTEMPTS = 3;
    private static final int BUFFER_BYTES = 1 << 16;

    private final HttpTransport transport;
    private final Progress progress;
    private final long maxBytes;

    /**
     * Makes a downloader.
     *
     * @param transport sends the requests
     * @param progress shows the downloads
     * @param maxBytes the size at which a download is refused
     */
    public Downloads(HttpTransport transport, Progress progress, long maxBytes) {
        this.transport = transport;
        this.progress = progress;
        this.maxBytes = maxBytes;
    }

    /** The outcome of a download. */
    public sealed interface Outcome {

        /**
         * Returns how long the server lets the answer be used.
         *
         * @return the rules of the server's {@code Cache-Control} header
         */
        CacheControl cacheControl();
    }

    /**
     * The file was downloaded.
     *
     * @param file where it was put
     * @param etag the server's entity tag of this version
     * @param cacheControl how long it may be used
     */
    public record Downloaded(Path file, Optional<String> etag, CacheControl cacheControl) implements Outcome {}

    /**
     * The caller's version is current (304 Not Modified).
     *
     * @param cacheControl how long it may be used
     */
    public record NotModified(CacheControl cacheControl) implements Outcome {}

    /**
     * Downloads a file.
     *
     * @param uri where it is
     * @param label its name for messages
     * @param part where to put it. An existing file is resumed if {@code PART.version} identifies its version. No other
     *     process may use the two files
     * @param knownEtag the entity tag of the version that the caller has
     * @return the outcome
     * @throws RktException if the server can't be reached or has no such file, or it is too large
     * @throws IOException if the transfer breaks off again and again, or the file can't be written
     */
    public Outcome download(URI uri, String label, Path part, Optional<String> knownEtag)
            throws IOException, RktException {
        for (int attempt = 1; ; attempt++) {
            try {
                return attempt(uri, label, part, knownEtag);
            } catch (BrokenOffException e) {
                if (attempt == ATTEMPTS) {
                    throw new IOException("Get \"%s\": %s".formatted(uri, e.getMessage()), e);
                }
            }
        }
    }

    private Outcome attempt(URI uri, String label, Path part, Optional<String> knownEtag)
            throws IOException, RktException {
        Path version = part.resolveSibling(part.getFileName() + ".version");
        long have = Files.exists(part) && Files.exists(version) ? Files.size(part) : 0;
        Map<String, String> headers = new LinkedHashMap<>();
        knownEtag.ifPresent(etag -> headers.put("If-None-Match", etag));
        if (have > 0) {
            headers.put("Range", "bytes=" + have + "-");
            headers.put("If-Range", Files.readString(version));
        }
        HttpResponse<InputStream> response = transport.get(uri, headers);
        try (InputStream body = response.body()) {
            switch (response.statusCode()) {
                case 304 -> {
                    return new NotModified(cacheControl(response));
                }
                case 206 -> {
                    if (!startsAt(response, have)) {
                        forget(part, version);
                        throw new BrokenOffException("the server sent another range than the requested one", null);
                    }
                }
                case 200 -> {
                    forget(part, version);
                    have = 0;
                    rememberVersion(response, version);
                }
                case 416 -> {
                    forget(part, version);
                    throw new BrokenOffException(
                            "the file on the server is shorter than the part that was downloaded before", null);
                }
                default ->
                    throw new RktException("bad HTTP status code: %d for \"%s\"".formatted(response.statusCode(), uri));
            }
            copy(response, body, part, have, label);
        }
        Files.deleteIfExists(version);
        return new Downloaded(part, response.headers().firstValue("ETag"), cacheControl(response));
    }

    private void copy(HttpResponse<InputStream> response, InputStream body, Path part, long have, String label)
            throws IOException, RktException {
        long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        long total = length < 0 ? -1 : have + length;
        requireSize(response.uri(), total);
        long done = have;
        byte[] buffer = new byte[BUFFER_BYTES];
        try (OutputStream out = Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                StallWatch watch = new StallWatch(body);
                Progress.Line line = progress.begin(label, total)) {
            for (int read = read(body, buffer, watch); read >= 0; read = read(body, buffer, watch)) {
                done += read;
                requireSize(response.uri(), done);
                out.write(buffer, 0, read);
                line.reached(done);
            }
        }
        if (total >= 0 && done < total) {
            throw new BrokenOffException(
                    "unexpected EOF after %d of %d bytes".formatted(done, total), new EOFException());
        }
    }

    private static int read(InputStream body, byte[] buffer, StallWatch watch) throws BrokenOffException {
        try {
            int read = body.read(buffer);
            if (watch.hasStalled()) {
                throw new BrokenOffException("no data for " + StallWatch.PATIENCE.toSeconds() + " s", null);
            }
            watch.moved();
            return read;
        } catch (BrokenOffException e) {
            throw e;
        } catch (IOException e) {
            throw new BrokenOffException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }

    private void requireSize(URI uri, long bytes) throws RktException {
        if (bytes > maxBytes) {
            throw new RktException("\"%s\" has more than %d bytes".formatted(uri, maxBytes));
        }
    }

    private static boolean startsAt(HttpResponse<InputStream> response, long have) {
        return response.headers()
                .firstValue("Content-Range")
                .filter(range -> range.startsWith("bytes " + have + "-"))
                .isPresent();
    }

    /**
     * Records by which version a download can be resumed: a strong ETag or a modification time. A weak ETag does not
     * identify bytes.
     */
    private static void rememberVersion(HttpResponse<InputStream> response, Path version) throws IOException {
        Optional<String> validator = response.headers()
                .firstValue("ETag")
                .filter(etag -> !etag.startsWith("W/"))
                .or(() -> response.headers().firstValue("Last-Modified"));
        if (validator.isPresent()) {
            Files.writeString(version, validator.get());
        }
    }

    private static void forget(Path part, Path version) throws IOException {
        Files.deleteIfExists(version);
        Files.deleteIfExists(part);
    }

    private static CacheControl cacheControl(HttpResponse<InputStream> response) {
        return CacheControl.parse(String.join(",", response.headers().allValues("Cache-Control")));
    }

    /** The transfer ended early. The received part is kept for the next attempt. */
    private static final class BrokenOffException extends IOException {

        private static final long serialVersionUID = 1L;

        private BrokenOffException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
