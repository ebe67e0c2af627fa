package dev.gantry.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reports in a few lines what is wrong with a command line. */
final class UsageErrorHandler implements IParameterExceptionHandler {

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        // Picocli begins some of its messages so itself.
        err.println("error: " + failure.getMessage().replaceFirst("^Error: ", ""));
        UnmatchedArgumentException.printSuggestions(failure, err);
        err.print(command.getHelp().synopsisHeading() + command.getHelp().synopsis(0));
        if (!command.getSubcommands().isEmpty()) {
            err.println(
                    "Commands: " + String.join(", ", command.getSubcommands().keySet()));
        }
        err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
        return GantryCli.MISUSED;
    }
}
