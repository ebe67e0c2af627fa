package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.http.HttpClients;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** Fetches images over HTTP and HTTPS, and remembers which image a URL led to: {@code cas/remotes/}. */
public final class HttpImages {

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
        try (InputStream body = open(uri, anyCertificate)) {
            StoredImage image = store.add(body);
            remember(uri, image);
            return image;
        }
    }

    /**
     * Fetches a file.
     *
     * @param uri the URL
     * @param file where to write it; must not exist
     * @param anyCertificate whether any certificate of the server is taken
     * @return the file
     * @throws RktException if the server can't be reached or has no such file
     * @throws IOException if the transfer breaks off or the file can't be written
     */
    Path download(URI uri, Path file, boolean anyCertificate) throws RktException, IOException {
        try (InputStream body = open(uri, anyCertificate)) {
            Files.copy(body, file);
            return file;
        }
    }

    private static InputStream open(URI uri, boolean anyCertificate) throws RktException, IOException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(RESPONSE_TIMEOUT)
                .header("User-Agent", HttpClients.USER_AGENT)
                .build();
        HttpResponse<InputStream> response = HttpClients.send(
                HttpClients.create(anyCertificate), request, HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            response.body().close();
            throw new RktException("bad HTTP status code: %d for \"%s\"".formatted(response.statusCode(), uri));
        }
        return response.body();
    }

    /**
     * Remembers which image a URL led to.
     *
     * @param uri the URL
     * @param image the image
     * @throws IOException if that can't be written down
     */
    void remember(URI uri, StoredImage image) throws IOException {
        Files.createDirectories(remotes);
        Path written = remotes.resolve("." + UUID.randomUUID());
        Files.writeString(written, image.id() + "\n");
        Files.move(written, remote(uri), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path remote(URI uri) {
        return remotes.resolve(UUID.nameUUIDFromBytes(uri.toString().getBytes(StandardCharsets.UTF_8))
                .toString());
    }
}
