package dev.gantry.restriction;

import dev.gantry.v1.ArtifactSourceRestriction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The sources that artifacts may come from. */
final class ArtifactSources {

    private static final Pattern SOURCE = Pattern.compile("(git::)?(https|http|file)://([^/]*)(/.*)?");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.*-]+(:[0-9]{1,5})?|\\[[0-9a-f:.]+](:[0-9]{1,5})?");
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9._~+*=@,-]+");

    private final List<Entry> entries;
    private final String words;

    /**
     * A source.
     *
     * @param isGit whether git fetches it
     * @param parts the scheme, the host and what is between the slashes
     */
    private record Place(boolean isGit, List<String> parts) {}

    private record Entry(Place place, PartsPattern pattern) {

        boolean covers(Place asked) {
            return (asked.isGit() || !place.isGit()) && pattern.covers(asked.parts());
        }

        boolean hasServer(Place asked) {
            return (asked.isGit() || !place.isGit())
                    && new PartsPattern(place.parts().subList(0, 2)).covers(asked.parts());
        }
    }

    ArtifactSources(ArtifactSourceRestriction restriction) {
        this.entries = restriction.getAllowList().stream()
                .flatMap(entry -> parse(entry).stream())
                .map(place -> new Entry(place, new PartsPattern(place.parts())))
                .toList();
        this.words = RestrictionWords.shortened(restriction.getAllowList());
    }

    /** Returns true if an entry of a restriction is understood. */
    static boolean isEntry(String entry) {
        return parse(entry).isPresent();
    }

    Optional<String> refusal(String source, String shown) {
        Optional<Place> place = source.indexOf('*') < 0 ? parse(source) : Optional.empty();
        if (place.isEmpty()) {
            return Optional.of(
                    ("does not allow artifacts from \"%s\": artifact_sources judges no URL that has an escape such as"
                                    + " %%2e, a special character, .. or a user in it")
                            .formatted(shown));
        }
        if (entries.stream().anyMatch(entry -> entry.covers(place.get()))) {
            return Optional.empty();
        }
        boolean namesPath = source.equals(shown) || entries.stream().noneMatch(entry -> entry.hasServer(place.get()));
        return Optional.of("does not allow %s \"%s\" (allowed: %s)"
                .formatted(namesPath ? "artifacts from" : "this path of", shown, words));
    }

    boolean namesServer(String source) {
        return parse(source)
                .filter(place -> entries.stream()
                        .filter(entry -> entry.place().parts().get(1).indexOf('*') < 0)
                        .anyMatch(entry -> entry.covers(place)))
                .isPresent();
    }

    /** Reads a source. A text that is not certain, such as one with an escape, is none. */
    private static Optional<Place> parse(String text) {
        Matcher form = SOURCE.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        boolean isFile = form.group(2).equals("file");
        String host = form.group(3).toLowerCase(Locale.ROOT);
        if (isFile
                ? !host.isEmpty() || form.group(4) == null
                : !HOST.matcher(host).matches()) {
            return Optional.empty();
        }
        List<String> parts = new ArrayList<>(List.of(form.group(2), host));
        for (String part : form.group(4) == null ? new String[0] : form.group(4).split("/", -1)) {
            if (part.equals(".") || part.equals("..")) {
                return Optional.empty();
            }
            if (!part.isEmpty()) {
                if (!PART.matcher(part).matches()) {
                    return Optional.empty();
                }
                parts.add(part);
            }
        }
        return Optional.of(new Place(form.group(1) != null, parts));
    }
}
