package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.AcNames;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Meta discovery of keys (appc spec/discovery.md): the page at the prefix, or at one of the paths above it, has tags
 * {@code <meta name="ac-discovery-pubkeys" content="PREFIX URL">}; those count whose prefix the asked one is below of.
 */
public final class MetaKeyDiscovery implements KeyDiscovery {

    private static final String TAG = "ac-discovery-pubkeys";
    private static final int MAX_PAGE_BYTES = 1 << 20;
    private static final Pattern COMMENT = Pattern.compile("<!--.*?-->", Pattern.DOTALL);
    private static final Pattern META = Pattern.compile("<meta\\s([^>]*)>", Pattern.CASE_INSENSITIVE);
    private static final Pattern ATTRIBUTE =
            Pattern.compile("([A-Za-z-]+)\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s\"'>]+))");

    private final KeyDownloads downloads;
    private final boolean httpAllowed;
    private final Consumer<String> debug;

    /**
     * Makes a discovery.
     *
     * @param downloads fetches the pages
     * @param httpAllowed whether plain HTTP is tried where HTTPS leads to nothing
     * @param debug takes what was tried in vain
     */
    public MetaKeyDiscovery(KeyDownloads downloads, boolean httpAllowed, Consumer<String> debug) {
        this.downloads = downloads;
        this.httpAllowed = httpAllowed;
        this.debug = debug;
    }

    @Override
    public List<String> locations(String prefix) throws RktException {
        if (!AcNames.isIdentifier(prefix)) {
            throw new RktException("\"%s\" is no AC Identifier".formatted(prefix));
        }
        for (Optional<String> path = Optional.of(prefix); path.isPresent(); path = parent(path.get())) {
            for (String scheme : httpAllowed ? List.of("https", "http") : List.of("https")) {
                List<String> found = locationsAt("%s://%s?ac-discovery=1".formatted(scheme, path.get()), prefix);
                if (!found.isEmpty()) {
                    return found;
                }
            }
        }
        return List.of();
    }

    private static Optional<String> parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? Optional.empty() : Optional.of(path.substring(0, slash));
    }

    private List<String> locationsAt(String url, String prefix) {
        String reason = "";
        try {
            byte[] page = downloads.get(URI.create(url), MAX_PAGE_BYTES);
            List<String> found = parse(new String(page, StandardCharsets.UTF_8), prefix);
            if (!found.isEmpty()) {
                return found;
            }
        } catch (RktException | IOException e) {
            reason = ": " + e.getMessage();
        }
        debug.accept("meta tag '%s' not found on %s%s".formatted(TAG, url, reason));
        return List.of();
    }

    /** The locations in a page, in its order. */
    static List<String> parse(String page, String prefix) {
        List<String> locations = new ArrayList<>();
        Matcher meta = META.matcher(COMMENT.matcher(page).replaceAll(""));
        while (meta.find()) {
            String name = attribute(meta.group(1), "name");
            String[] words = attribute(meta.group(1), "content")
                    .replace("&amp;", "&")
                    .strip()
                    .split("\\s+", -1);
            if (name.equals(TAG) && words.length == 2 && isBelow(prefix, words[0])) {
                locations.add(words[1]);
            }
        }
        return locations;
    }

    private static String attribute(String attributes, String wanted) {
        Matcher attribute = ATTRIBUTE.matcher(attributes);
        while (attribute.find()) {
            if (attribute.group(1).toLowerCase(Locale.ROOT).equals(wanted)) {
                for (int group = 2; group <= 4; group++) {
                    if (attribute.group(group) != null) {
                        return attribute.group(group);
                    }
                }
            }
        }
        return "";
    }

    /** By whole parts: what is said of example.com/a says nothing of example.com/ab. */
    private static boolean isBelow(String name, String prefix) {
        return (name + "/").startsWith(prefix.endsWith("/") ? prefix : prefix + "/");
    }
}
