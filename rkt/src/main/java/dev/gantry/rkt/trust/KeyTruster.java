package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Adds keys to the trusted ones: shows each key, has it reviewed, and stores it. */
public final class KeyTruster {

    private final TrustedKeys trustedKeys;
    private final KeyDownloads downloads;
    private final Options options;
    private final KeyReview review;
    private final Consumer<String> out;

    /**
     * The reviews that are skipped.
     *
     * @param isReviewSkipped true if all keys are trusted without a review
     * @param areHttpsKeysTrusted whether keys that come over HTTPS are ({@code --trust-keys-from-https})
     */
    public record Options(boolean isReviewSkipped, boolean areHttpsKeysTrusted) {

        boolean trusts(String location) {
            return isReviewSkipped
                    || (areHttpsKeysTrusted && location.toLowerCase(Locale.ROOT).startsWith("https:"));
        }
    }

    /**
     * Makes one.
     *
     * @param trustedKeys the store of keys
     * @param downloads fetches keys by URL
     * @param options the reviews that are skipped
     * @param review asks for the others
     * @param out takes messages for the user
     */
    public KeyTruster(
            TrustedKeys trustedKeys, KeyDownloads downloads, Options options, KeyReview review, Consumer<String> out) {
        this.trustedKeys = trustedKeys;
        this.downloads = downloads;
        this.options = options;
        this.review = review;
        this.out = out;
    }

    /**
     * Trusts keys.
     *
     * @param locations files and URLs
     * @param prefix the prefix of the images' names; empty for all images
     * @throws RktException if a key can't be read, is invalid, or can't be reviewed; the keys before it are trusted
     * @throws IOException if a key can't be read or kept
     */
    public void trust(List<String> locations, Optional<String> prefix) throws RktException, IOException {
        for (String location : locations) {
            trust(location, prefix);
        }
    }

    private void trust(String location, Optional<String> prefix) throws RktException, IOException {
        PublicKey key = PublicKey.parse(read(location), location);
        out.accept("prefix: \"%s\"\nkey: \"%s\"".formatted(prefix.orElse(""), location));
        key.description().forEach(out);
        boolean isTrusted = options.trusts(location);
        if (!isTrusted && !review.accepts(prefix.orElse(""))) {
            out.accept("not trusting \"%s\"".formatted(location));
            return;
        }
        out.accept("Trusting \"%s\" for prefix \"%s\" %s fingerprint review."
                .formatted(location, prefix.orElse(""), isTrusted ? "without" : "after"));
        Path file = trustedKeys.add(prefix, key);
        out.accept(
                prefix.isPresent()
                        ? "Added key for prefix \"%s\" at \"%s\"".formatted(prefix.get(), file)
                        : "Added root key at \"%s\"".formatted(file));
    }

    private byte[] read(String location) throws RktException, IOException {
        try {
            if (!location.matches("(?s)[A-Za-z][A-Za-z0-9+.-]*:.*")) {
                return readFile(Path.of(location));
            }
            URI uri = new URI(location);
            return switch (uri.getScheme().toLowerCase(Locale.ROOT)) {
                case "http", "https" -> downloads.get(uri, PublicKey.MAX_BYTES);
                default -> throw new RktException("only local files and http or https URLs supported");
            };
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new RktException("error accessing the key %s: %s".formatted(location, e.getMessage()), e);
        } catch (RktException e) {
            throw new RktException("error accessing the key %s: %s".formatted(location, e.getMessage()), e);
        }
    }

    private static byte[] readFile(Path file) throws RktException, IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (Files.size(file) > PublicKey.MAX_BYTES) {
            throw new RktException("it has more than %d bytes".formatted(PublicKey.MAX_BYTES));
        }
        return Files.readAllBytes(file);
    }
}
