package dev.gantry.restriction;

import dev.gantry.v1.ImageSourceRestriction;
import java.util.List;
import java.util.Optional;

/** The sources that images may come from. */
final class ImageSources {

    private final List<Entry> entries;
    private final String words;

    private record Entry(ImageSource.Kind kind, PartsPattern pattern) {

        boolean covers(ImageSource source) {
            return kind == source.kind() && pattern.covers(source.parts());
        }
    }

    ImageSources(ImageSourceRestriction restriction) {
        this.entries = restriction.getAllowList().stream()
                .flatMap(entry -> ImageSource.ofPattern(entry).stream())
                .map(source -> new Entry(source.kind(), new PartsPattern(source.parts())))
                .toList();
        this.words = RestrictionWords.shortened(restriction.getAllowList());
    }

    /** Returns why an image is not allowed, as the rest of a sentence about the node; empty if it is allowed. */
    Optional<String> refusal(String image) {
        boolean allowed = ImageSource.of(image)
                .filter(source -> entries.stream().anyMatch(entry -> entry.covers(source)))
                .isPresent();
        return allowed
                ? Optional.empty()
                : Optional.of("does not allow the image \"%s\" (allowed sources: %s)".formatted(image, words));
    }
}
