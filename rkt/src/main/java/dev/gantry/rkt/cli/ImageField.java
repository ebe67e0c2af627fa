package dev.gantry.rkt.cli;

import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** A column of {@code rkt image list}. */
enum ImageField {
    ID("ID"),
    NAME("NAME"),
    SIZE("SIZE"),
    IMPORT_TIME("IMPORT TIME"),
    LAST_USED("LAST USED");

    /** {@code sha512-} and 12 digits. */
    private static final int BRIEF_ID_LENGTH = 19;

    private final String heading;

    ImageField(String heading) {
        this.heading = heading;
    }

    /** Finds a field by the name that flags have for it. */
    static Optional<ImageField> parse(String name) {
        for (ImageField field : values()) {
            if (field.heading.toLowerCase(Locale.ROOT).replace(" ", "").equals(name)) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }

    String heading() {
        return heading;
    }

    /** Returns the complete value. */
    String full(ImageList.Row row) {
        return switch (this) {
            case ID -> row.id();
            case NAME -> row.name();
            case SIZE -> Long.toString(row.size());
            case IMPORT_TIME -> HumanText.time(row.importedAt());
            case LAST_USED -> HumanText.time(row.lastUsedAt());
        };
    }

    /** Returns the value for a narrow column. */
    String brief(ImageList.Row row, Instant now) {
        return switch (this) {
            case ID -> row.id().substring(0, Math.min(BRIEF_ID_LENGTH, row.id().length()));
            case SIZE -> HumanText.bytes(row.size());
            case IMPORT_TIME -> HumanText.age(row.importedAt(), now);
            case LAST_USED -> HumanText.age(row.lastUsedAt(), now);
            case NAME -> row.name();
        };
    }

    Comparator<ImageList.Row> order() {
        return switch (this) {
            case ID -> Comparator.comparing(ImageList.Row::id);
            case NAME -> Comparator.comparing(ImageList.Row::name);
            case SIZE -> Comparator.comparingLong(ImageList.Row::size);
            case IMPORT_TIME -> Comparator.comparing(ImageList.Row::importedAt);
            case LAST_USED -> Comparator.comparing(ImageList.Row::lastUsedAt);
        };
    }
}
