package dev.gantry.cli;

import java.util.HashSet;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Reads long options with one dash as those with two, as in {@code -purge}: Nomad's commands are written so. */
final class OneDash {

    private static final String END_OF_OPTIONS = "--";

    private OneDash() {}

    /**
     * Returns arguments with two dashes before the long options.
     *
     * @param commands the commands that the arguments can be for
     * @param arguments the arguments; those after {@code --} stay as they are
     */
    static String[] replace(CommandLine commands, String... arguments) {
        Set<String> names = new HashSet<>();
        addNames(commands, names);
        String[] replaced = arguments.clone();
        for (int i = 0; i < replaced.length && !replaced[i].equals(END_OF_OPTIONS); i++) {
            String name = replaced[i].split("=", 2)[0];
            // One letter after a dash is an option of its own.
            if (name.startsWith("-") && name.length() > 2 && names.contains("-" + name)) {
                replaced[i] = "-" + replaced[i];
            }
        }
        return replaced;
    }

    private static void addNames(CommandLine command, Set<String> names) {
        for (OptionSpec option : command.getCommandSpec().options()) {
            names.addAll(Set.of(option.names()));
        }
        command.getSubcommands().values().forEach(below -> addNames(below, names));
    }
}
