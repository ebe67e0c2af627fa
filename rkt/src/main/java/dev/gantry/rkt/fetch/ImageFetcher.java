package dev.gantry.rkt.fetch;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.config.ConfigDirectories;
import dev.gantry.rkt.config.Credentials;
import dev.gantry.rkt.docker.DockerImages;
import dev.gantry.rkt.fetch.Remotes.Remote;
import dev.gantry.rkt.http.Downloads;
import dev.gantry.rkt.http.EnvironmentProxies;
import dev.gantry.rkt.http.HttpTransport;
import dev.gantry.rkt.http.MetaDiscovery;
import dev.gantry.rkt.http.Progress;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.request.DockerReference;
import dev.gantry.rkt.request.FetchOptions;
import dev.gantry.rkt.request.ImageReference;
import dev.gantry.rkt.trust.ImageVerifier;
import java.io.Closeable;
import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Fetches images: the only place that does, whatever kind a reference has. Clients and credentials are made for the
 * first image that needs them, not before.
 */
public final class ImageFetcher implements ImageSource {

    private final ImageStore store;
    private final Remotes remotes;
    private final FetchOptions options;
    private final ImageVerifier verifier;
    private final Surroundings surroundings;
    private final Instant startedAt;

    /**
     * The environment of a fetch.
     *
     * @param configuration the directories of the configuration, which hold the credentials
     * @param environment the environment variables, which name the proxies
     * @param clock the clock by which the age of a stored image is measured
     * @param progress shows the progress of downloads
     * @param debug receives the messages for {@code --debug}
     */
    public record Surroundings(
            ConfigDirectories configuration,
            Map<String, String> environment,
            InstantSource clock,
            Progress progress,
            Consumer<String> debug) {

        /**
         * Makes the environment of a fetch. Its variables are an unmodifiable copy.
         *
         * @param configuration the directories of the configuration, which hold the credentials
         * @param environment the environment variables, which name the proxies
         * @param clock the clock by which the age of a stored image is measured
         * @param progress shows the progress of downloads
         * @param debug receives the messages for {@code --debug}
         */
        public Surroundings {
            environment = Map.copyOf(environment);
        }
    }

    /**
     * Makes a fetcher.
     *
     * @param dataDirectory the data directory
     * @param store its images
     * @param options how images may be fetched
     * @param verifier verifies images, unless the options allow unsigned ones
     * @param surroundings the environment of the fetch
     */
    public ImageFetcher(
            Path dataDirectory,
            ImageStore store,
            FetchOptions options,
            ImageVerifier verifier,
            Surroundings surroundings) {
        this.store = store;
        this.remotes = new Remotes(dataDirectory);
        this.options = options;
        this.verifier = verifier;
        this.surroundings = surroundings;
        this.startedAt = surroundings.clock().instant();
    }

    @Override
    public StoredImage fetch(ImageReference reference, Optional<Path> signature) throws IOException, RktException {
        if (reference instanceof ImageReference.LocalFile file) {
            return new FileImages(store, imports()).fetch(file.path(), signature);
        }
        if (reference instanceof ImageReference.Url url) {
            return download(url.uri(), signature);
        }
        if (reference instanceof ImageReference.Docker docker) {
            return pull(docker.image());
        }
        if (reference instanceof ImageReference.Name name) {
            return discover(name.name(), name.labels(), signature);
        }
        throw new IllegalArgumentException("a hash does not tell where the image is: " + reference.text());
    }

    private StoredImage download(URI uri, Optional<Path> signature) throws IOException, RktException {
        // A user who writes http:// has allowed plain HTTP, as for rkt; the URLs that a name leads to are not the
        // user's.
        boolean isHttpAllowed = options.httpAllowed() || "http".equalsIgnoreCase(uri.getScheme());
        return http(credentials(), isHttpAllowed).fetch(ImageLocation.of(uri), signature);
    }

    private StoredImage discover(String name, Map<String, String> labels, Optional<Path> signature)
            throws IOException, RktException {
        Credentials credentials = credentials();
        MetaDiscovery meta = new MetaDiscovery(
                transport(credentials, options.httpAllowed()), options.httpAllowed(), surroundings.debug());
        List<ImageLocation> locations = new ImageDiscovery(meta, options.httpAllowed()).find(name, labels);
        if (!options.unsignedAllowed()) {
            verifier.findKeys(name);
        }
        HttpImages http = http(credentials, options.httpAllowed());
        RktException failure = null;
        for (ImageLocation location : locations) {
            try {
                surroundings.debug().accept("fetching image from " + location.image());
                return http.fetch(location, signature);
            } catch (RktException e) {
                failure = failure == null ? e : failure;
            }
        }
        throw new RktException("discovery failed for \"%s\": %s".formatted(name, failure.getMessage()), failure);
    }

    @SuppressWarnings("try") // the lock is held, not used
    private StoredImage pull(DockerReference reference) throws IOException, RktException {
        if (!options.unsignedAllowed()) {
            throw new RktException(
                    "signature verification for docker images is not supported (try --insecure-options=image)");
        }
        String url = reference.toString();
        Credentials credentials = credentials();
        DockerImages docker = new DockerImages(
                transport(Credentials.none(), options.httpAllowed()),
                credentials,
                proxies(),
                options,
                surroundings.progress());
        try (Closeable ignored = remotes.lock(url)) {
            Optional<Remote> remote = remotes.find(url);
            Optional<StoredImage> stored =
                    remote.isPresent() ? store.find(remote.get().imageId()) : Optional.empty();
            if (stored.isPresent() && remote.get().downloadedAt().isAfter(startedAt)) {
                return stored.get();
            }
            DockerImages.Fetched fetched =
                    docker.fetch(reference, stored.isPresent() ? remote.get().etag() : Optional.empty(), store);
            StoredImage image = fetched.image().isPresent() ? fetched.image().get() : stored.orElseThrow();
            Instant now = surroundings.clock().instant();
            remotes.put(url, new Remote(image.id(), Optional.of(fetched.manifestDigest()), now, Duration.ZERO));
            return image;
        }
    }

    private HttpImages http(Credentials credentials, boolean isHttpAllowed) throws IOException {
        Downloads downloads = new Downloads(
                transport(credentials, isHttpAllowed),
                surroundings.progress(),
                store.limits().maxBytes());
        return new HttpImages(store, remotes, downloads, imports(), surroundings.clock(), startedAt);
    }

    private ImageImport imports() {
        return new ImageImport(store, options.unsignedAllowed() ? Optional.empty() : Optional.of(verifier));
    }

    private HttpTransport transport(Credentials credentials, boolean isHttpAllowed) throws IOException {
        return new HttpTransport(credentials, proxies(), isHttpAllowed, options.anyCertificate());
    }

    private ProxySelector proxies() {
        return new EnvironmentProxies(surroundings.environment());
    }

    private Credentials credentials() throws IOException, RktException {
        return Credentials.read(surroundings.configuration());
    }
}
