package dev.gantry.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** {@code --short}: shows only the first facts about one object. */
final class ShortOption {

    @Option(names = "--short", description = "Of one: shows only the first section.")
    private boolean first;

    /** Returns the lines to show of a page, whose sections are parted by empty lines. */
    List<String> of(List<String> page) {
        return first ? page.stream().takeWhile(line -> !line.isEmpty()).toList() : page;
    }
}
