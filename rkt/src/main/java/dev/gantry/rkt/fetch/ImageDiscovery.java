package dev.gantry.rkt.fetch;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.HostArchitecture;
import dev.gantry.rkt.http.MetaDiscovery;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Discovers the URLs of an image by its name: by the templates in the {@code meta} tags of the name; without tags, by
 * the template of simple discovery, which the specification had up to 0.7.
 */
final class ImageDiscovery {

    private static final String SIMPLE_TEMPLATE = "https://{name}-{version}-{os}-{arch}.{ext}";
    private static final Pattern VARIABLE = Pattern.compile("\\{([^{}]*)}");

    private final MetaDiscovery meta;
    private final boolean isHttpAllowed;

    ImageDiscovery(MetaDiscovery meta, boolean isHttpAllowed) {
        this.meta = meta;
        this.isHttpAllowed = isHttpAllowed;
    }

    /**
     * Finds an image.
     *
     * @param name its name
     * @param labels the labels that it must have; the os and the architecture default to this machine's
     * @return where it may be, in the order in which to try; not empty
     * @throws RktException if it can't be found
     */
    List<ImageLocation> find(String name, Map<String, String> labels) throws RktException {
        Map<String, String> values = new LinkedHashMap<>(labels);
        values.putIfAbsent("os", "linux");
        values.putIfAbsent("arch", HostArchitecture.appc());
        List<String> templates = meta.find(name, "ac-discovery");
        if (templates.isEmpty()) {
            templates = isHttpAllowed
                    ? List.of(SIMPLE_TEMPLATE, SIMPLE_TEMPLATE.replace("https:", "http:"))
                    : List.of(SIMPLE_TEMPLATE);
        }
        List<ImageLocation> locations = locations(name, labels, values, templates);
        if (locations.isEmpty()) {
            throw new RktException("discovery failed for \"%s\": no endpoints discovered".formatted(name));
        }
        return locations;
    }

    /** Renders the templates whose labels are all known; of these, the ones with the most labels. */
    private static List<ImageLocation> locations(
            String name, Map<String, String> asked, Map<String, String> values, List<String> templates)
            throws RktException {
        List<ImageLocation> best = new ArrayList<>();
        long most = -1;
        for (String template : templates) {
            Optional<String> image = render(template, name, values, "aci");
            if (image.isEmpty()) {
                continue;
            }
            long labels = labelsIn(template);
            if (labels > most) {
                best.clear();
                most = labels;
            }
            if (labels == most) {
                String signature = render(template, name, values, "aci.asc").orElseThrow();
                best.add(new ImageLocation(uri(image.get()), uri(signature), Optional.of(name), asked));
            }
        }
        return best;
    }

    private static long labelsIn(String template) {
        return VARIABLE.matcher(template)
                .results()
                .map(result -> result.group(1))
                .filter(variable -> !variable.equals("name") && !variable.equals("ext"))
                .distinct()
                .count();
    }

    private static Optional<String> render(String template, String name, Map<String, String> labels, String extension) {
        StringBuilder text = new StringBuilder();
        Matcher variable = VARIABLE.matcher(template);
        while (variable.find()) {
            String value = switch (variable.group(1)) {
                case "name" -> name;
                case "ext" -> extension;
                default -> labels.get(variable.group(1));
            };
            if (value == null) {
                return Optional.empty();
            }
            variable.appendReplacement(text, Matcher.quoteReplacement(value));
        }
        return Optional.of(variable.appendTail(text).toString());
    }

    private static URI uri(String text) throws RktException {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new RktException("discovery led to an invalid URL: \"%s\"".formatted(text), e);
        }
    }
}
