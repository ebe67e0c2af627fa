package dev.gantry.rkt.request;

import dev.gantry.rkt.RktException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a docker image: the part of a reference after {@code docker://}.
 *
 * @param original the text that the user wrote, without the scheme
 * @param registry the registry, with its port if one was written
 * @param repository the path of the image there
 * @param tag its tag; empty if only the digest counts
 * @param digest the digest of its manifest or index
 */
public record DockerReference(
        String original, String registry, String repository, Optional<String> tag, Optional<String> digest) {

    /** Docker Hub: the default registry. */
    public static final String HUB = "registry-1.docker.io";

    private static final String SCHEME = "docker://";
    private static final Pattern SYNTAX =
            Pattern.compile("([a-z0-9]+(?:(?:[._/]|__|-+)[a-z0-9]+)*)(?::([\\w][\\w.-]{0,127}))?"
                    + "(?:@(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?");

    /**
     * Reads a reference.
     *
     * @param text {@code docker://[REGISTRY/]NAME[:TAG][@DIGEST]}; the tag is {@code latest} if there is neither
     * @return the reference
     * @throws RktException if it is none
     */
    public static DockerReference parse(String text) throws RktException {
        String original = text.substring(SCHEME.length()).replaceFirst("^/", "");
        int slash = original.indexOf('/');
        String first = slash < 0 ? "" : original.substring(0, slash);
        boolean hasRegistry = first.contains(".") || first.contains(":") || first.equals("localhost");
        Matcher matcher = SYNTAX.matcher(hasRegistry ? original.substring(slash + 1) : original);
        if (!matcher.matches() || (hasRegistry && !first.matches("[A-Za-z0-9.-]+(:\\d{1,5})?"))) {
            throw new RktException(
                    "invalid docker image string \"%s\": expected docker://[REGISTRY/]NAME[:TAG][@DIGEST]"
                            .formatted(text));
        }
        String registry = hasRegistry ? first : HUB;
        String path = matcher.group(1);
        Optional<String> digest = Optional.ofNullable(matcher.group(3));
        Optional<String> tag = Optional.ofNullable(matcher.group(2))
                .or(() -> digest.isPresent() ? Optional.empty() : Optional.of("latest"));
        boolean isOfficial = isHub(registry) && !path.contains("/");
        return new DockerReference(original, registry, isOfficial ? "library/" + path : path, tag, digest);
    }

    /**
     * Decides whether the image is in Docker Hub, the default registry.
     *
     * @return whether it does
     */
    public boolean isOfHub() {
        return isHub(registry);
    }

    /**
     * Returns the digest, or else the tag: a registry is asked for the manifest by it.
     *
     * @return the digest or the tag
     */
    public String version() {
        return digest.or(() -> tag).orElseThrow();
    }

    /** Returns the full reference: the same text for all ways to write it. */
    @Override
    public String toString() {
        return SCHEME + registry + "/" + repository
                + tag.map(text -> ":" + text).orElse("")
                + digest.map(text -> "@" + text).orElse("");
    }

    private static boolean isHub(String registry) {
        return registry.equals(HUB) || registry.equals("index.docker.io") || registry.equals("docker.io");
    }
}
