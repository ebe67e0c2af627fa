package dev.gantry.restriction;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where an image comes from, by rkt's rules for the texts that name images.
 *
 * @param kind the kind of the source
 * @param parts what is between the slashes, from the general to the special; without tag, version and digest
 */
public record ImageSource(Kind kind, List<String> parts) {

    /** The kinds of sources. */
    public enum Kind {
        /** A docker registry. */
        DOCKER,
        /** A URL that begins with https. */
        HTTPS,
        /** A URL that begins with http. */
        HTTP,
        /** A name, for which the publisher's domain is asked. */
        NAME,
        /** The hash of an image that the machine has. */
        HASH,
        /** A file of the machine, by its absolute path. */
        FILE,
        /** A file by a path relative to the task's directory. */
        RELATIVE_FILE
    }

    private static final Pattern HASH = Pattern.compile("sha512-[0-9a-f*]{1,128}");
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.*-]+(:[0-9]{1,5})?");
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9._~+*=-]+");
    private static final Pattern REPOSITORY_VERSION = Pattern.compile("(:[A-Za-z0-9_.-]+)?(@[A-Za-z0-9]+:[0-9a-f]+)?");
    private static final Pattern NAME_VERSION = Pattern.compile("(:[A-Za-z0-9._~+-]*)?(,[A-Za-z0-9._~+=-]+)*");
    private static final String HUB = "docker.io";
    private static final String DOCKER = "docker://";

    /** Makes the list immutable. */
    public ImageSource {
        parts = List.copyOf(parts);
    }

    /**
     * Finds the source of an image.
     *
     * @param image the text that names it, complete
     * @return the source; empty if the text is not understood, also where rkt might understand it
     */
    public static Optional<ImageSource> of(String image) {
        return image.indexOf('*') < 0 ? parse(image) : Optional.empty();
    }

    /**
     * Finds what a pattern for images covers: all images whose sources begin with it.
     *
     * @param pattern the beginning of the text of an image, in which * may stand for any characters between slashes
     * @return the source; empty if the pattern is not understood
     */
    static Optional<ImageSource> ofPattern(String pattern) {
        String plain = pattern.length() > 1 ? pattern.replaceFirst("/$", "") : pattern;
        if (plain.startsWith(DOCKER)) {
            return ofRegistry(List.of(plain.substring(DOCKER.length()).split("/", -1)));
        }
        // A version in a name would be left out, so that the pattern would cover all versions.
        return parse(plain)
                .filter(source -> source.kind() != Kind.RELATIVE_FILE)
                .filter(source -> source.kind() != Kind.NAME || !plain.matches(".*[:,].*"));
    }

    private static Optional<ImageSource> parse(String image) {
        if (HASH.matcher(image).matches()) {
            return Optional.of(new ImageSource(Kind.HASH, List.of(image)));
        }
        int colon = image.indexOf(':');
        String scheme = colon < 0 ? "" : image.substring(0, colon);
        if (SCHEME.matcher(scheme).matches()) {
            return ofUrl(scheme.toLowerCase(Locale.ROOT), image.substring(colon + 1));
        }
        if (image.startsWith("/")) {
            return Optional.of(file(image));
        }
        if (colon < 0 && (image.contains("./") || image.endsWith(".aci"))) {
            return Optional.of(new ImageSource(Kind.RELATIVE_FILE, List.of(image.split("/", -1))));
        }
        return ofName(image);
    }

    /**
     * Returns the source of a file.
     *
     * @param path absolute
     * @return the source
     */
    public static ImageSource file(String path) {
        return new ImageSource(Kind.FILE, PartsPattern.ofPath(path));
    }

    /** Returns true if the image is a file of the machine or of the task's directory. */
    public boolean isFile() {
        return kind == Kind.FILE || kind == Kind.RELATIVE_FILE;
    }

    private static Optional<ImageSource> ofUrl(String scheme, String rest) {
        if (!rest.startsWith("//")) {
            return Optional.empty();
        }
        String path = rest.substring(2);
        return switch (scheme) {
            case "docker" -> ofDocker(path.startsWith("/") ? path.substring(1) : path);
            case "https" -> ofHost(Kind.HTTPS, path);
            case "http" -> ofHost(Kind.HTTP, path);
            // An escape may stand for any character.
            case "file" -> path.startsWith("/") && path.indexOf('%') < 0 ? Optional.of(file(path)) : Optional.empty();
            default -> Optional.empty();
        };
    }

    private static Optional<ImageSource> ofHost(Kind kind, String path) {
        List<String> parts = new ArrayList<>(List.of(path.split("/", -1)));
        if (parts.size() > 1 && parts.get(parts.size() - 1).isEmpty()) {
            parts.remove(parts.size() - 1);
        }
        parts.set(0, parts.get(0).toLowerCase(Locale.ROOT));
        return HOST.matcher(parts.get(0)).matches() ? plain(kind, parts, 1) : Optional.empty();
    }

    private static Optional<ImageSource> ofRegistry(List<String> parts) {
        String registry = parts.get(0).toLowerCase(Locale.ROOT);
        if (!isRegistry(registry) || !HOST.matcher(registry).matches()) {
            return Optional.empty();
        }
        List<String> whole = new ArrayList<>(parts);
        whole.set(0, isHub(registry) ? HUB : registry);
        return plain(Kind.DOCKER, whole, 1);
    }

    /** An image without a registry is one of Docker Hub, and one without a slash an official one there. */
    private static Optional<ImageSource> ofDocker(String reference) {
        int slash = reference.indexOf('/');
        String first = slash < 0 ? "" : reference.substring(0, slash).toLowerCase(Locale.ROOT);
        boolean hasRegistry = isRegistry(first);
        if (hasRegistry && !HOST.matcher(first).matches()) {
            return Optional.empty();
        }
        String repository = hasRegistry ? reference.substring(slash + 1) : reference;
        return withoutVersion(repository, REPOSITORY_VERSION).flatMap(path -> {
            List<String> parts = new ArrayList<>();
            boolean isHub = !hasRegistry || isHub(first);
            parts.add(isHub ? HUB : first);
            if (isHub && path.indexOf('/') < 0) {
                parts.add("library");
            }
            parts.addAll(List.of(path.split("/", -1)));
            return plain(Kind.DOCKER, parts, 1);
        });
    }

    private static boolean isRegistry(String first) {
        return first.contains(".") || first.contains(":") || first.equals("localhost");
    }

    private static boolean isHub(String registry) {
        return registry.equals(HUB) || registry.equals("index.docker.io") || registry.equals("registry-1.docker.io");
    }

    private static Optional<ImageSource> ofName(String name) {
        return withoutVersion(name, NAME_VERSION)
                .flatMap(plain -> plain(Kind.NAME, List.of(plain.split("/", -1)), 0))
                // Without a dot in its first part it may be a file in the task's directory.
                .filter(source -> source.parts().get(0).indexOf('.') >= 0);
    }

    private static Optional<String> withoutVersion(String text, Pattern version) {
        int end = 0;
        while (end < text.length() && ":@,".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return version.matcher(text.substring(end)).matches() ? Optional.of(text.substring(0, end)) : Optional.empty();
    }

    private static Optional<ImageSource> plain(Kind kind, List<String> parts, int from) {
        boolean plain = parts.subList(from, parts.size()).stream()
                .allMatch(part -> PART.matcher(part).matches() && !part.equals(".") && !part.equals(".."));
        return plain ? Optional.of(new ImageSource(kind, parts)) : Optional.empty();
    }
}
