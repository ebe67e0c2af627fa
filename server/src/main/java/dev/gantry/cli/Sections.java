package dev.gantry.cli;

import java.util.ArrayList;
import java.util.List;

/** The output of a command: lists and tables, each below its heading. */
final class Sections {

    private final List<String> lines = new ArrayList<>();

    /** Adds lines without a heading. */
    Sections add(List<String> more) {
        lines.addAll(more);
        return this;
    }

    /** Adds an empty line, a heading and lines; nothing if there are no lines. */
    Sections section(String heading, List<String> more) {
        if (!more.isEmpty()) {
            lines.add("");
            lines.add(heading);
            lines.addAll(more);
        }
        return this;
    }

    /** Returns all lines. */
    List<String> lines() {
        return List.copyOf(lines);
    }
}
