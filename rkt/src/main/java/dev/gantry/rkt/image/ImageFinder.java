package dev.gantry.rkt.image;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.AcNames;
import dev.gantry.rkt.appc.Dependency;
import dev.gantry.rkt.trust.ImageVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the image that a command line speaks of, and stores it if need be: by the hash of a stored image, as a file, by
 * URL, from a docker registry or by name, told apart as rkt does.
 */
public final class ImageFinder {

    private static final String EXTENSION = ".aci";
    private static final String SIGNATURE_EXTENSION = ".asc";
    private static final String DOWNLOAD = "download";

    private final ImageStore store;
    private final FetchOptions options;
    private final RemoteImages remotes;
    private final ImageVerifier verifier;

    /**
     * Makes a finder.
     *
     * @param store where images are looked for and stored
     * @param options what may be fetched
     * @param remotes fetches what lies elsewhere
     * @param verifier verifies what is fetched, if the options want signatures
     */
    public ImageFinder(ImageStore store, FetchOptions options, RemoteImages remotes, ImageVerifier verifier) {
        this.store = store;
        this.options = options;
        this.remotes = remotes;
        this.verifier = verifier;
    }

    /**
     * Finds an image, and all that it depends on.
     *
     * @param image what the command line says
     * @param givenSignature the file of its signature ({@code --signature}); empty to look beside the image
     * @return the stored image, with the files that it should have
     * @throws RktException if it can't be found, fetched or trusted, in rkt's words where the contract has them
     * @throws IOException if a file or the store can't be read or written
     */
    public StoredImage find(String image, Optional<Path> givenSignature) throws IOException, RktException {
        StoredImage found = locate(image, givenSignature);
        return new ImageRenderer(store).render(new DependencyTree(this::dependency).parts(found));
    }

    /**
     * Whether a stored image may be used that was asked for by a name or a URL, which say nothing of its content. One that
     * was fetched without a look at its signature must not pass for a verified one later. A hash says which content is
     * wanted, so it may lead to any.
     */
    private boolean isUsable(StoredImage stored) {
        return options.unsignedAllowed() || stored.isVerified();
    }

    /** A dependency that is stored is used as it is, whatever the pull policy. */
    private StoredImage dependency(Dependency dependency) throws IOException, RktException {
        Optional<StoredImage> stored = dependency.imageId().isPresent()
                ? store.find(dependency.imageId().get())
                : store.find(dependency.imageName(), dependency.labels(), this::isUsable);
        if (stored.isPresent()
                && dependency.isMetBy(stored.get().id(), stored.get().manifest())) {
            return stored.get();
        }
        requireFetchAllowed(dependency.imageName());
        StoredImage fetched = remotes.discover(dependency.imageName(), dependency.labels(), Optional.empty());
        if (!dependency.isMetBy(fetched.id(), fetched.manifest())) {
            throw new RktException("dependency \"%s\" led to %s, not %s"
                    .formatted(
                            dependency.imageName(),
                            fetched.id(),
                            dependency.imageId().orElse("an image of this name and its labels")));
        }
        return fetched;
    }

    private StoredImage locate(String image, Optional<Path> givenSignature) throws IOException, RktException {
        if (ImageStore.isId(image)) {
            return ofHash(image);
        }
        return switch (scheme(image)) {
            case "docker" -> fetchDocker(image);
            case "http", "https" -> fetch(image, givenSignature);
            case "file" -> ofFile(Path.of(uri(image).getPath()), givenSignature);
            case "" -> isFile(image) ? ofFile(Path.of(image), givenSignature) : named(image, givenSignature);
            default -> named(image, givenSignature);
        };
    }

    private StoredImage ofHash(String hash) throws IOException, RktException {
        StoredImage stored = store.find(hash)
                .orElseThrow(() -> new RktException(
                        "could not resolve image \"%s\": no image of this hash is stored".formatted(hash)));
        if (!ImageStore.isUnmistakable(hash) && !isUsable(stored)) {
            throw new RktException(
                    ("\"%s\" is too short to say which content is meant, and the image %s was not verified when it was fetched:"
                                    + " give 32 digits, or --insecure-options=image")
                            .formatted(hash, stored.id()));
        }
        return stored;
    }

    /**
     * Finds a stored image by hash or name, and fetches nothing.
     *
     * @param image {@code sha512-…} or the beginning of it, or a name
     * @return the image; empty if it is not stored
     * @throws RktException if that is neither
     * @throws IOException if the store can't be read
     */
    public static Optional<StoredImage> findStored(ImageStore store, String image) throws IOException, RktException {
        if (ImageStore.isId(image)) {
            return store.find(image);
        }
        Map<String, String> labels = new LinkedHashMap<>();
        return store.find(parseName(image, labels), labels);
    }

    private StoredImage named(String image, Optional<Path> givenSignature) throws IOException, RktException {
        Map<String, String> labels = new LinkedHashMap<>();
        String name = parseName(image, labels);
        Optional<StoredImage> stored = store.find(name, labels, this::isUsable);
        if (stored.isPresent() && options.policy() != PullPolicy.UPDATE) {
            return stored.get();
        }
        try {
            requireFetchAllowed(image);
            return remotes.discover(name, labels, givenSignature);
        } catch (RktException e) {
            Optional<StoredImage> unverified = store.find(name, labels);
            if (stored.isEmpty() && unverified.isPresent()) {
                throw new RktException(
                        "%s; the stored image %s was not verified when it was fetched, so only --insecure-options=image uses it"
                                .formatted(e.getMessage(), unverified.get().id()),
                        e);
            }
            throw e;
        }
    }

    private StoredImage ofFile(Path path, Optional<Path> givenSignature) throws IOException, RktException {
        Path file = path.toAbsolutePath().normalize();
        requireReadable(file);
        if (Files.isDirectory(file)) {
            throw OtherFormat.ofDirectory(file)
                    .map(OtherFormat::refusal)
                    .orElseGet(() -> new RktException("\"%s\" is a directory, not an image".formatted(file)));
        }
        if (options.unsignedAllowed()) {
            return add(file);
        }
        Path signature = givenSignature.orElseGet(() -> Path.of(signatureOf(file.toString())));
        requireReadable(signature);
        try (WorkDirectory work = store.newWork()) {
            // What is verified is what is stored, whoever can write to the file.
            Path copy = Files.copy(file, work.path().resolve(DOWNLOAD));
            return addVerified(copy, signature);
        }
    }

    private StoredImage addVerified(Path aci, Path signature) throws IOException, RktException {
        verifier.verify(aci, signature, AciManifest.read(aci, store.limits()).name());
        StoredImage image = add(aci);
        store.markVerified(image);
        return image;
    }

    private StoredImage add(Path aci) throws IOException, RktException {
        try (InputStream in = Files.newInputStream(aci)) {
            return store.add(in);
        }
    }

    private StoredImage fetch(String image, Optional<Path> givenSignature) throws IOException, RktException {
        URI uri = uri(image);
        if (uri.getHost() == null || !uri.getPath().endsWith(EXTENSION)) {
            throw new RktException("invalid image string \"%s\": expected a URL that ends in .aci".formatted(image));
        }
        Optional<StoredImage> stored = remotes.remembered(image).filter(this::isUsable);
        if (stored.isPresent() && options.policy() != PullPolicy.UPDATE) {
            return stored.get();
        }
        requireFetchAllowed(image);
        return remotes.fetch(uri, givenSignature);
    }

    private StoredImage fetchDocker(String image) throws IOException, RktException {
        Optional<StoredImage> stored = remotes.remembered(image).filter(this::isUsable);
        if (stored.isPresent() && options.policy() != PullPolicy.UPDATE) {
            return stored.get();
        }
        requireFetchAllowed(image);
        if (!options.unsignedAllowed()) {
            throw new RktException(
                    "signature verification for docker images is not supported (try --insecure-options=image)");
        }
        return remotes.fetchDocker(image);
    }

    private void requireFetchAllowed(String image) throws RktException {
        if (options.policy() == PullPolicy.NEVER) {
            throw new RktException("unable to fetch image from \"%s\": it is not stored, and the pull policy is never"
                    .formatted(image));
        }
    }

    /** The scheme of a URL; a name's version may look like a port, so "x:1.0" has the scheme "x", as in rkt. */
    private static String scheme(String image) {
        int colon = image.indexOf(':');
        String scheme = colon < 0 ? "" : image.substring(0, colon);
        return scheme.matches("[A-Za-z][A-Za-z0-9+.-]*") ? scheme.toLowerCase(Locale.ROOT) : "";
    }

    /** rkt's rules for what is neither a hash nor a URL. */
    private static boolean isFile(String image) {
        if (image.startsWith("/") || Files.isRegularFile(Path.of(image))) {
            return true;
        }
        return image.indexOf(':') < 0 && (image.contains("./") || image.endsWith(EXTENSION));
    }

    private static URI uri(String image) throws RktException {
        try {
            return new URI(image);
        } catch (URISyntaxException e) {
            throw new RktException("failed to parse image url \"%s\": %s".formatted(image, e.getReason()), e);
        }
    }

    /** Reads {@code NAME[:VERSION][,LABEL=VALUE…]}. */
    private static String parseName(String image, Map<String, String> labels) throws RktException {
        String[] words = image.split(",", -1);
        int colon = words[0].indexOf(':');
        String name = colon < 0 ? words[0] : words[0].substring(0, colon);
        if (colon >= 0) {
            labels.put("version", words[0].substring(colon + 1));
        }
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals < 0 || labels.put(words[i].substring(0, equals), words[i].substring(equals + 1)) != null) {
                throw new RktException("invalid appc image string \"%s\": bad label \"%s\"".formatted(image, words[i]));
            }
        }
        if (!AcNames.isIdentifier(name)) {
            throw new RktException(
                    "invalid appc image string \"%s\": \"%s\" is no AC Identifier".formatted(image, name));
        }
        return name;
    }

    private static void requireReadable(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
    }

    /** Where the signature of an image lies by rkt's convention: {@code x.aci.asc} for {@code x.aci} and for {@code x}. */
    private static String signatureOf(String path) {
        return (path.endsWith(EXTENSION) ? path : path + EXTENSION) + SIGNATURE_EXTENSION;
    }
}
