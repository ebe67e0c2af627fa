package dev.gantry.rkt.fetch;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.ImageManifest;
import dev.gantry.rkt.fetch.Remotes.Remote;
import dev.gantry.rkt.http.CacheControl;
import dev.gantry.rkt.http.Downloads;
import dev.gantry.rkt.image.AciManifest;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.image.WorkDirectory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/**
 * Fetches images over HTTP and HTTPS. Honours the server's caching: within {@code max-age} the server is not asked;
 * after that, only for another version. If several processes want one image, one downloads it.
 */
final class HttpImages {

    private final ImageStore store;
    private final Remotes remotes;
    private final Downloads downloads;
    private final ImageImport imports;
    private final InstantSource clock;
    private final Instant startedAt;

    /**
     * Makes a fetcher.
     *
     * @param imports verifies and stores images
     * @param startedAt the start of this process: an image that another process has fetched since then is not fetched
     *     again
     */
    HttpImages(
            ImageStore store,
            Remotes remotes,
            Downloads downloads,
            ImageImport imports,
            InstantSource clock,
            Instant startedAt) {
        this.store = store;
        this.remotes = remotes;
        this.downloads = downloads;
        this.imports = imports;
        this.clock = clock;
        this.startedAt = startedAt;
    }

    /**
     * Fetches and stores an image.
     *
     * @param location where it is
     * @param givenSignature the file of its signature; empty to download it
     * @return the image
     * @throws RktException if the server can't be reached, has no such image, or it is refused; nothing is stored then
     * @throws IOException if the transfer breaks off or the image can't be stored
     */
    @SuppressWarnings("try") // the lock is held, not used
    StoredImage fetch(ImageLocation location, Optional<Path> givenSignature) throws IOException, RktException {
        String url = location.image().toString();
        try (Closeable ignored = remotes.lock(url)) {
            Optional<Remote> remote = remotes.find(url);
            Optional<StoredImage> stored = stored(remote);
            if (stored.isPresent()
                    && (remote.get().isFresh(clock.instant())
                            || remote.get().downloadedAt().isAfter(startedAt))) {
                requireMatch(location, stored.get().manifest());
                return stored.get();
            }
            Optional<String> etag = stored.isPresent() ? remote.get().etag() : Optional.empty();
            try (WorkDirectory work = store.newWork()) {
                // The signature first, as in rkt: without it the image need not be downloaded.
                Optional<Path> signature = signature(location, givenSignature, work);
                Downloads.Outcome outcome =
                        downloads.download(location.image(), "Downloading ACI", remotes.part(url), etag);
                if (outcome instanceof Downloads.Downloaded downloaded) {
                    StoredImage image = add(location, downloaded.file(), signature);
                    remember(url, image, downloaded.etag(), downloaded.cacheControl());
                    return image;
                }
                StoredImage image = stored.orElseThrow(
                        () -> new RktException("bad HTTP status code: 304 for \"%s\"".formatted(url)));
                remember(url, image, etag, outcome.cacheControl());
                requireMatch(location, image.manifest());
                return image;
            }
        }
    }

    /** Returns the image that the URL led to; empty if it must be verified and was not. */
    private Optional<StoredImage> stored(Optional<Remote> remote) throws IOException, RktException {
        Optional<StoredImage> stored =
                remote.isPresent() ? store.find(remote.get().imageId()) : Optional.empty();
        return stored.filter(image -> !imports.needsSignature() || image.isVerified());
    }

    private Optional<Path> signature(ImageLocation location, Optional<Path> givenSignature, WorkDirectory work)
            throws IOException, RktException {
        if (!imports.needsSignature() || givenSignature.isPresent()) {
            return givenSignature;
        }
        Path file = work.path().resolve("signature");
        downloads.download(location.signature(), "Downloading signature", file, Optional.empty());
        return Optional.of(file);
    }

    private StoredImage add(ImageLocation location, Path file, Optional<Path> signature)
            throws IOException, RktException {
        try {
            ImageManifest manifest = AciManifest.read(file, store.limits());
            requireMatch(location, manifest);
            return imports.add(file, signature, manifest.name());
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private void remember(String url, StoredImage image, Optional<String> etag, CacheControl cache) throws IOException {
        Optional<String> kept = cache.mayRevalidate() ? etag : Optional.empty();
        remotes.put(url, new Remote(image.id(), kept, clock.instant(), cache.maxAge()));
    }

    /** Refuses an image whose name or labels are not those of the request (appc spec/discovery.md, "Validation"). */
    private static void requireMatch(ImageLocation location, ImageManifest manifest) throws RktException {
        if (location.name().isPresent() && !location.name().get().equals(manifest.name())) {
            throw new RktException("error when reading the app name: \"%s\" expected but \"%s\" found"
                    .formatted(location.name().get(), manifest.name()));
        }
        for (Map.Entry<String, String> label : location.labels().entrySet()) {
            String found = manifest.labels().get(label.getKey());
            if (!label.getValue().equals(found)) {
                throw new RktException("the image at \"%s\" has the label %s \"%s\", not \"%s\""
                        .formatted(location.image(), label.getKey(), found, label.getValue()));
            }
        }
    }
}
