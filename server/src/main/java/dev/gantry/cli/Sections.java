package dev.gantry.cli;

import java.util.ArrayList;
import java.util.List;

/** What a command shows: facts and tables, each below its heading. */
final class Sections {

    private final List<String> lines = new ArrayList<>();

    /** Lines without a heading. */
    Sections add(List<String> more) {
        lines.addAll(more);
        return this;
    }

    /** Lines below a heading, one empty line apart from what comes before; nothing if there are no lines. */
    Sections section(String heading, List<String> more) {
        if (!more.isEmpty()) {
            lines.add("");
            lines.add(heading);
            lines.addAll(more);
        }
        return this;
    }

    /** All lines. */
    List<String> lines() {
        return List.copyOf(lines);
    }
}
