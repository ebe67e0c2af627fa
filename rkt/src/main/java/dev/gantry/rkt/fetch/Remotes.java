package dev.gantry.rkt.fetch;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.gantry.rkt.Durability;
import dev.gantry.rkt.FileLocks;
import dev.gantry.rkt.Json;
import dev.gantry.rkt.PrivateDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Records on disk of fetched URLs: the image that a URL led to, in {@code cas/remotes/}; the unfinished download of a
 * URL, in {@code cas/downloads/}.
 */
final class Remotes {

    /**
     * The record of the last fetch of a URL, as in rkt's table of remotes.
     *
     * @param imageId the stored image
     * @param etag the entity tag of this version
     * @param downloadedAt when the server was last asked
     * @param maxAge how long it need not be asked again
     */
    record Remote(String imageId, Optional<String> etag, Instant downloadedAt, Duration maxAge) {

        /** Decides whether the server need not be asked. If the clock was set back, it must be asked. */
        boolean isFresh(Instant now) {
            return !now.isBefore(downloadedAt) && now.isBefore(downloadedAt.plus(maxAge));
        }
    }

    private final Path cas;

    Remotes(Path dataDirectory) {
        this.cas = dataDirectory.resolve("cas");
    }

    /** Returns the record of a URL; empty if there is no readable record. */
    Optional<Remote> find(String url) throws IOException {
        try {
            JsonObject json =
                    JsonParser.parseString(Files.readString(file(url))).getAsJsonObject();
            if (!json.get("url").getAsString().equals(url)) {
                return Optional.empty();
            }
            return Optional.of(new Remote(
                    json.get("image").getAsString(),
                    Optional.ofNullable(json.get("etag")).map(etag -> etag.getAsString()),
                    Instant.parse(json.get("downloaded_at").getAsString()),
                    Duration.ofSeconds(json.get("max_age_seconds").getAsLong())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JsonParseException | IllegalStateException | NullPointerException | DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Records the image that a URL led to. */
    void put(String url, Remote remote) throws IOException {
        JsonObject json = new JsonObject();
        json.addProperty("url", url);
        json.addProperty("image", remote.imageId());
        remote.etag().ifPresent(etag -> json.addProperty("etag", etag));
        json.addProperty("downloaded_at", remote.downloadedAt().toString());
        json.addProperty("max_age_seconds", remote.maxAge().toSeconds());
        Path directory = Files.createDirectories(PrivateDirectory.create(cas).resolve("remotes"));
        Path written = directory.resolve("." + UUID.randomUUID());
        Files.writeString(written, Json.compact(json) + "\n");
        Durability.force(written);
        Files.move(written, file(url), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Takes the lock of a URL, so that one process at a time fetches it. The caller closes the lock after the fetch.
     */
    Closeable lock(String url) throws IOException {
        PrivateDirectory.create(cas);
        return FileLocks.acquire(cas.resolve("locks").resolve("remote-" + key(url)));
    }

    /** Returns the file for the unfinished download of a URL. The caller holds the {@link #lock}. */
    Path part(String url) throws IOException {
        PrivateDirectory.create(cas);
        return Files.createDirectories(cas.resolve("downloads")).resolve(key(url));
    }

    private Path file(String url) {
        return cas.resolve("remotes").resolve(key(url));
    }

    private static String key(String url) {
        return UUID.nameUUIDFromBytes(url.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
