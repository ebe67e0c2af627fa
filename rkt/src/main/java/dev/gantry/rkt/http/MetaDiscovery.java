package dev.gantry.rkt.http;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for the {@code meta} tags of a name: at the name, and at each path above it (appc spec/discovery.md). */
public final class MetaDiscovery {

    private static final int MAX_PAGE_BYTES = 1 << 20;
    private static final Pattern COMMENT = Pattern.compile("<!--.*?-->", Pattern.DOTALL);
    private static final Pattern META = Pattern.compile("<meta\\s([^>]*)>", Pattern.CASE_INSENSITIVE);
    private static final Pattern ATTRIBUTE =
            Pattern.compile("([a-zA-Z-]+)\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'|([^\\s\"'>]+))");

    private final HttpTransport transport;
    private final boolean isHttpAllowed;
    private final Consumer<String> debug;

    /**
     * Makes a discovery.
     *
     * @param transport sends the requests
     * @param isHttpAllowed whether plain HTTP is tried where HTTPS does not answer
     * @param debug receives a message for each failed attempt
     */
    public MetaDiscovery(HttpTransport transport, boolean isHttpAllowed, Consumer<String> debug) {
        this.transport = transport;
        this.isHttpAllowed = isHttpAllowed;
        this.debug = debug;
    }

    /**
     * Finds the values of the tags for a name.
     *
     * @param name an AC Identifier
     * @param tag {@code ac-discovery} or {@code ac-discovery-pubkeys}
     * @return the part of the contents after the prefix, in the order of the page; empty if there are no such tags
     */
    public List<String> find(String name, String tag) {
        String path = name;
        while (true) {
            List<String> values = valuesAt(path, name, tag);
            int slash = path.lastIndexOf('/');
            if (!values.isEmpty() || slash < 0) {
                return values;
            }
            path = path.substring(0, slash);
        }
    }

    private List<String> valuesAt(String path, String name, String tag) {
        for (String scheme : isHttpAllowed ? List.of("https", "http") : List.of("https")) {
            String url = scheme + "://" + (path.contains("/") ? path : path + "/") + "?ac-discovery=1";
            try {
                List<String> values = values(page(URI.create(url)), name, tag);
                if (!values.isEmpty()) {
                    return values;
                }
                debug.accept("meta tag '%s' not found on %s".formatted(tag, url));
            } catch (RktException | IOException | IllegalArgumentException e) {
                debug.accept("meta tag '%s' not found on %s: %s".formatted(tag, url, e.getMessage()));
            }
        }
        return List.of();
    }

    private String page(URI uri) throws RktException, IOException {
        HttpResponse<InputStream> response = transport.get(uri, Map.of());
        try (InputStream body = response.body()) {
            if (response.statusCode() != 200) {
                throw new RktException("expected a 200 OK got %d".formatted(response.statusCode()));
            }
            return new String(body.readNBytes(MAX_PAGE_BYTES), StandardCharsets.UTF_8);
        }
    }

    static List<String> values(String page, String name, String tag) {
        List<String> values = new ArrayList<>();
        Matcher meta = META.matcher(COMMENT.matcher(page).replaceAll(""));
        while (meta.find()) {
            String tagName = "";
            String content = "";
            Matcher attribute = ATTRIBUTE.matcher(meta.group(1));
            while (attribute.find()) {
                String value = firstOf(attribute.group(2), attribute.group(3), attribute.group(4));
                if (attribute.group(1).equalsIgnoreCase("name")) {
                    tagName = value;
                } else if (attribute.group(1).equalsIgnoreCase("content")) {
                    content = value.replace("&amp;", "&").strip();
                }
            }
            String[] words = content.split("\\s+", -1);
            if (tagName.equals(tag) && words.length == 2 && isPrefix(words[0], name)) {
                values.add(words[1]);
            }
        }
        return values;
    }

    private static String firstOf(String... groups) {
        for (String group : groups) {
            if (group != null) {
                return group;
            }
        }
        return "";
    }

    /**
     * Decides whether a text is a prefix of a name. A prefix consists of whole parts: example.com/a is a prefix of
     * example.com/a/b, but not of example.com/ab.
     */
    private static boolean isPrefix(String prefix, String name) {
        return name.equals(prefix) || name.startsWith(prefix.endsWith("/") ? prefix : prefix + "/");
    }
}
