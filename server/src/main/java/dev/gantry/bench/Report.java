package dev.gantry.bench;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The results of a measurement: named figures in insertion order. */
final class Report {

    private final Map<String, Number> figures = new LinkedHashMap<>();

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

    void print(PrintWriter out, boolean json) {
        out.println(json ? asJson() : asLines());
        out.flush();
    }

    private String asJson() {
        return figures.entrySet().stream()
                .map(figure -> "\"%s\": %s".formatted(figure.getKey(), figure.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private String asLines() {
        int width = figures.keySet().stream().mapToInt(String::length).max().orElse(0);
        return figures.entrySet().stream()
                .map(figure -> String.format(Locale.ROOT, "%-" + width + "s  %s", figure.getKey(), figure.getValue()))
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
