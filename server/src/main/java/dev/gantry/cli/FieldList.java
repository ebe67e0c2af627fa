package dev.gantry.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Lines of the form {@code Name = value}, with aligned equals signs. */
final class FieldList {

    private final List<Map.Entry<String, String>> facts = new ArrayList<>();

    /** Adds a line; an empty value is shown as a dash. */
    FieldList add(String name, String value) {
        facts.add(Map.entry(name, TextFormat.orDash(value)));
        return this;
    }

    /** Adds a line if the value is not empty. */
    FieldList addKnown(String name, String value) {
        return value.isEmpty() ? this : add(name, value);
    }

    /** Adds a line for each entry, ordered by name. */
    FieldList addAll(Map<String, String> values) {
        values.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(each -> add(each.getKey(), each.getValue()));
        return this;
    }

    /** Returns the lines. */
    List<String> lines() {
        int width =
                facts.stream().mapToInt(fact -> fact.getKey().length()).max().orElse(0);
        return facts.stream()
                .map(fact -> fact.getKey() + " ".repeat(width - fact.getKey().length()) + " = " + fact.getValue())
                .toList();
    }
}
