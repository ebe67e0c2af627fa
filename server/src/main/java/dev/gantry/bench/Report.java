package dev.gantry.bench;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The results of a measurement: named figures in insertion order, and the reports of its parts. */
final class Report {

    private final Map<String, Number> figures = new LinkedHashMap<>();
    private final Map<String, Report> parts = new LinkedHashMap<>();

    /** A report that begins with the machine's load now: the processes that wanted a CPU in the last minute. */
    static Report withLoad() {
        return new Report()
                .put("load_before", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    Report put(String name, long value) {
        figures.put(name, value);
        return this;
    }

    /** Rounded to hundredths. */
    Report put(String name, double value) {
        figures.put(name, Math.round(value * 100) / 100.0);
        return this;
    }

    /** Adds the report of a part, whose figures come after those of this report. */
    Report put(String name, Report part) {
        parts.put(name, part);
        return this;
    }

    /** Returns a figure. */
    double get(String name) {
        return figures.get(name).doubleValue();
    }

    void print(PrintWriter out, boolean json) {
        out.println(json ? asJson() : asLines());
        out.flush();
    }

    private String asJson() {
        return Stream.concat(
                        figures.entrySet().stream().map(figure -> member(figure.getKey(), figure.getValue())),
                        parts.entrySet().stream()
                                .map(part ->
                                        member(part.getKey(), part.getValue().asJson())))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String member(String name, Object value) {
        return "\"%s\": %s".formatted(name, value);
    }

    private String asLines() {
        Map<String, Number> all = new LinkedHashMap<>();
        collect("", all);
        int width = all.keySet().stream().mapToInt(String::length).max().orElse(0);
        return all.entrySet().stream()
                .map(figure -> String.format(Locale.ROOT, "%-" + width + "s  %s", figure.getKey(), figure.getValue()))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    private void collect(String prefix, Map<String, Number> all) {
        figures.forEach((name, value) -> all.put(prefix + name, value));
        parts.forEach((name, part) -> part.collect(prefix + name + ".", all));
    }
}
