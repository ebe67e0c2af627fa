package dev.gantry.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is known of one thing: {@code Name = value}, the equals signs below each other. */
final class FieldList {

    private final List<Map.Entry<String, String>> facts = new ArrayList<>();

    /** One more fact. */
    FieldList add(String name, String value) {
        facts.add(Map.entry(name, TextFormat.orDash(value)));
        return this;
    }

    /** One more fact, if there is anything to say. */
    FieldList addKnown(String name, String value) {
        return value.isEmpty() ? this : add(name, value);
    }

    /** One more for each entry, in the order of the names. */
    FieldList addAll(Map<String, String> values) {
        values.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(each -> add(each.getKey(), each.getValue()));
        return this;
    }

    /** The lines. */
    List<String> lines() {
        int width =
                facts.stream().mapToInt(fact -> fact.getKey().length()).max().orElse(0);
        return facts.stream()
                .map(fact -> fact.getKey() + " ".repeat(width - fact.getKey().length()) + " = " + fact.getValue())
                .toList();
    }
}
