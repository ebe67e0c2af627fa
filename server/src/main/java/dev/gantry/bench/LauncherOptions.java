package dev.gantry.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The options that the launcher gives to a Java: those of its purpose, and the archive of classes. */
final class LauncherOptions {

    private static final String ARCHIVE = "-XX:SharedArchiveFile=";

    private static final List<String> COMMANDS =
            List.of("-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-XX:+UseSerialGC");

    private LauncherOptions() {}

    /** Returns the options of a command that asks a question and ends. */
    static List<String> ofCommands() {
        return with("commands", COMMANDS);
    }

    /**
     * Finds the archive beside the one that this Java was started with.
     *
     * @param archive the name of the archive, without {@code .jsa}
     * @param tuning the options of the purpose
     * @return all options; without an archive, if this Java was started without one
     */
    static List<String> with(String archive, List<String> tuning) {
        List<String> options = new ArrayList<>(tuning);
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (option.startsWith(ARCHIVE)) {
                Path file = Path.of(option.substring(ARCHIVE.length())).resolveSibling(archive + ".jsa");
                if (Files.exists(file)) {
                    options.add(ARCHIVE + file);
                }
            } else if (option.startsWith("-Xshare:") || option.startsWith("-Xlog:cds")) {
                options.add(option);
            }
        }
        return options;
    }
}
