package dev.gantry.app;

import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Says that a command was given a value that it can't use: told as the command line's other misuses are. */
final class OptionErrors {

    private OptionErrors() {}

    /**
     * Makes something of the options of a command.
     *
     * @param command the command
     * @param make throws IllegalArgumentException naming the value that can't be used
     * @param <T> what is made
     * @return what was made
     */
    static <T> T explain(CommandSpec command, Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }
}
