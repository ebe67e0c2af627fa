package dev.gantry.rkt.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.gantry.rkt.Json;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.cli.Flags.Flag;
import dev.gantry.rkt.image.StoredImage;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code rkt image list}. */
final class ImageList {

    private ImageList() {}

    static void print(Session session, Flags flags) throws UsageException, RktException, IOException {
        List<ImageField> fields = fields(flags, "fields", List.of(ImageField.values()));
        List<Row> rows = new ArrayList<>();
        for (StoredImage image : session.images().all()) {
            rows.add(Row.of(image));
        }
        rows.sort(order(flags));
        String format = flags.last("format").orElse("");
        switch (format) {
            case "json" -> session.out().println(Json.compact(json(rows)));
            case "json-pretty" -> session.out().println(Json.pretty(json(rows)));
            case "" -> printTable(session, flags, fields, rows);
            default ->
                throw UsageException.invalidValue(
                        new Flag("format", format), "Invalid format option: %s".formatted(format));
        }
    }

    private static void printTable(Session session, Flags flags, List<ImageField> fields, List<Row> rows) {
        List<List<String>> table = new ArrayList<>();
        if (!flags.isSet("no-legend")) {
            table.add(fields.stream().map(ImageField::heading).toList());
        }
        Instant now = session.clock().instant();
        for (Row row : rows) {
            table.add(fields.stream()
                    .map(field -> flags.isSet("full") ? field.full(row) : field.brief(row, now))
                    .toList());
        }
        session.out().print(TabTable.format(table));
    }

    private static Comparator<Row> order(Flags flags) throws UsageException {
        Comparator<Row> order = fields(flags, "sort", List.of(ImageField.IMPORT_TIME)).stream()
                .map(ImageField::order)
                .reduce(Comparator::thenComparing)
                .orElseThrow();
        String direction = flags.last("order").orElse("asc");
        return switch (direction) {
            case "asc" -> order;
            case "desc" -> order.reversed();
            default -> throw UsageException.invalidValue(new Flag("order", direction), "wrong sort order");
        };
    }

    private static List<ImageField> fields(Flags flags, String name, List<ImageField> usual) throws UsageException {
        if (flags.last(name).isEmpty()) {
            return usual;
        }
        List<ImageField> fields = new ArrayList<>();
        for (String word : flags.last(name).get().split(",", -1)) {
            fields.add(ImageField.parse(word)
                    .orElseThrow(() -> UsageException.invalidValue(
                            new Flag(name, word), "expected some of id, name, size, importtime, lastused")));
        }
        return fields;
    }

    private static JsonArray json(List<Row> rows) {
        JsonArray array = new JsonArray();
        for (Row row : rows) {
            JsonObject json = new JsonObject();
            json.addProperty("id", row.id());
            json.addProperty("name", row.name());
            json.addProperty("import_time", nanoseconds(row.importedAt()));
            json.addProperty("last_used_time", nanoseconds(row.lastUsedAt()));
            json.addProperty("size", row.size());
            array.add(json);
        }
        return array;
    }

    private static long nanoseconds(Instant time) {
        return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }

    /** An image, read. */
    record Row(String id, String name, long size, Instant importedAt, Instant lastUsedAt) {

        static Row of(StoredImage image) throws IOException {
            return new Row(
                    image.id(), image.manifest().displayName(), image.size(), image.importedAt(), image.lastUsedAt());
        }
    }
}
