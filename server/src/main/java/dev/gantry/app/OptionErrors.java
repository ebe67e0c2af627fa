package dev.gantry.app;

import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Reports option values that a command can't use, like other errors of the command line. */
final class OptionErrors {

    private OptionErrors() {}

    /**
     * Runs code that uses the options of a command.
     *
     * @param command the command
     * @param make throws an IllegalArgumentException that names a value that can't be used
     * @param <T> the type of the result
     * @return the result
     */
    static <T> T explain(CommandSpec command, Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }
}
