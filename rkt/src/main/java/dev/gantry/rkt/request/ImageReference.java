package dev.gantry.rkt.request;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.AcNames;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A reference to an image, as a command line has it. The kind of a reference is decided by rkt's rules
 * (rkt/image/fetcher.go, "guessImageType"): first a hash, then a URL by its scheme, then a file, then a name.
 */
public sealed interface ImageReference {

    /**
     * Returns the reference as the user wrote it.
     *
     * @return the text, for messages
     */
    String text();

    /**
     * A reference by hash: the id of a stored image, or the beginning of the id.
     *
     * @param text {@code sha512-} and 2 to 128 hexadecimal digits
     */
    record Hash(String text) implements ImageReference {

        /** rkt itself prints this many digits of an id. */
        private static final int UNMISTAKABLE_DIGITS = 32;

        /**
         * Returns true if the reference has so many digits that nobody can make another image whose id begins with
         * them.
         *
         * @return whether the hash identifies one content
         */
        public boolean isUnmistakable() {
            return text.length() >= HASH_PREFIX.length() + UNMISTAKABLE_DIGITS;
        }
    }

    /**
     * A reference to a file with an image.
     *
     * @param text the text
     * @param path the path, as written: it may be relative
     */
    record LocalFile(String text, Path path) implements ImageReference {}

    /**
     * A reference by URL.
     *
     * @param text the text
     * @param uri an {@code http} or {@code https} URL with a host; its path ends in {@code .aci}
     */
    record Url(String text, URI uri) implements ImageReference {}

    /**
     * A reference to an image in a docker registry.
     *
     * @param text the text
     * @param image the image there
     */
    record Docker(String text, DockerReference image) implements ImageReference {}

    /**
     * A reference by name (appc spec/discovery.md).
     *
     * @param text the text of the reference
     * @param name the name of the image, an AC Identifier
     * @param labels the labels that the image must have
     */
    record Name(String text, String name, Map<String, String> labels) implements ImageReference {

        /**
         * Makes a reference. Its labels are an unmodifiable copy.
         *
         * @param text the text of the reference
         * @param name the name of the image, an AC Identifier
         * @param labels the labels that the image must have
         */
        public Name {
            labels = Map.copyOf(labels);
        }
    }

    /** An id begins with the name of its hash function. */
    String HASH_PREFIX = "sha512-";

    /** The ending of image files. */
    String EXTENSION = ".aci";

    /**
     * Decides whether a text is a hash: the id of an image, or the beginning of one.
     *
     * @param text the text
     * @return whether it is {@code sha512-} and 2 to 128 hexadecimal digits; fewer would be ambiguous by accident
     */
    static boolean isHash(String text) {
        return text.matches(HASH_PREFIX + "[0-9a-f]{2,128}");
    }

    /**
     * Parses a reference of any kind.
     *
     * @param text the text
     * @return the reference
     * @throws RktException if the text is none, in rkt's words where the contract has them
     */
    static ImageReference parse(String text) throws RktException {
        if (isHash(text)) {
            return new Hash(text);
        }
        return switch (scheme(text)) {
            case "docker" -> new Docker(text, DockerReference.parse(text));
            case "http", "https" -> url(text);
            case "file" -> fileUrl(text);
            case "" -> isFile(text) ? new LocalFile(text, Path.of(text)) : name(text);
            default -> name(text);
        };
    }

    /**
     * Parses a reference to an image in the store: a hash or a name.
     *
     * @param text the text
     * @return a {@link Hash} or a {@link Name}
     * @throws RktException if the text is neither
     */
    static ImageReference parseStored(String text) throws RktException {
        return isHash(text) ? new Hash(text) : name(text);
    }

    /**
     * Returns the scheme of a URL. The version of a name may look like a port: "x:1.0" has the scheme "x", as in rkt.
     */
    private static String scheme(String text) {
        int colon = text.indexOf(':');
        String scheme = colon < 0 ? "" : text.substring(0, colon);
        return scheme.matches("[A-Za-z][A-Za-z0-9+.-]*") ? scheme.toLowerCase(Locale.ROOT) : "";
    }

    private static Url url(String text) throws RktException {
        URI uri = uri(text);
        if (uri.getHost() == null || !uri.getPath().endsWith(EXTENSION)) {
            throw new RktException("invalid image string \"%s\": expected a URL that ends in .aci".formatted(text));
        }
        return new Url(text, uri);
    }

    private static LocalFile fileUrl(String text) throws RktException {
        String path = uri(text).getPath();
        if (path == null) {
            throw new RktException("failed to parse image url \"%s\": expected file:///PATH".formatted(text));
        }
        return new LocalFile(text, Path.of(path));
    }

    private static URI uri(String text) throws RktException {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new RktException("failed to parse image url \"%s\": %s".formatted(text, e.getReason()), e);
        }
    }

    /** Decides by rkt's rules whether a text that is neither a hash nor a URL is the path of a file. */
    private static boolean isFile(String text) {
        if (text.startsWith("/") || Files.isRegularFile(Path.of(text))) {
            return true;
        }
        return text.indexOf(':') < 0 && (text.contains("./") || text.endsWith(EXTENSION));
    }

    /** Parses {@code NAME[:VERSION][,LABEL=VALUE…]}. */
    private static Name name(String text) throws RktException {
        Map<String, String> labels = new LinkedHashMap<>();
        String[] words = text.split(",", -1);
        int colon = words[0].indexOf(':');
        String name = colon < 0 ? words[0] : words[0].substring(0, colon);
        if (colon >= 0) {
            labels.put("version", words[0].substring(colon + 1));
        }
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals < 0 || labels.put(words[i].substring(0, equals), words[i].substring(equals + 1)) != null) {
                throw new RktException("invalid appc image string \"%s\": bad label \"%s\"".formatted(text, words[i]));
            }
        }
        if (!AcNames.isIdentifier(name)) {
            throw new RktException(
                    "invalid appc image string \"%s\": \"%s\" is no AC Identifier".formatted(text, name));
        }
        return new Name(text, name, labels);
    }
}
