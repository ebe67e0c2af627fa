package dev.gantry.cli;

import dev.gantry.client.GantryException;
import dev.gantry.client.InvalidArgumentException;
import dev.gantry.client.PermissionDeniedException;
import dev.gantry.client.UnauthenticatedException;
import dev.gantry.client.UnavailableException;
import dev.gantry.jobfile.JobFileException;
import dev.gantry.v1.JobViolation;
import java.io.PrintStream;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Reports why a command failed: a line for each reason, and a stack trace only if GANTRY_DEBUG is set. */
final class CommandFailureHandler implements IExecutionExceptionHandler {

    private static final String VARIABLE = "GANTRY_DEBUG";

    private final PrintStream err;
    private final Map<String, String> environment;
    private final boolean debug;

    CommandFailureHandler(CliContext context) {
        this.err = context.console().err();
        this.environment = context.environment();
        this.debug = context.environment().containsKey(VARIABLE);
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
        if (failure instanceof ParameterException misuse) {
            return command.getParameterExceptionHandler().handleParseException(misuse, new String[0]);
        }
        report(failure, command);
        if (debug) {
            failure.printStackTrace(err);
        }
        return GantryCli.FAILED;
    }

    private void report(Exception failure, CommandLine command) {
        if (failure instanceof InvalidArgumentException invalid
                && !invalid.violations().isEmpty()) {
            invalid.violations().forEach(violation -> err.println(line(violation, command)));
        } else if (failure instanceof PermissionDeniedException denied
                && !denied.violations().isEmpty()) {
            denied.violations().forEach(violation -> err.println(line(violation, command)));
        } else if (failure instanceof UnavailableException gone && !gone.isServerReached()) {
            err.println("error: " + gone.getMessage() + ". Start one with: gantry server --data-dir DIR");
        } else if (failure instanceof UnauthenticatedException) {
            err.println("error: " + failure.getMessage() + NomadEnvironment.ending(environment, "TOKEN"));
        } else if (failure instanceof JobFileException file) {
            file.reports().forEach(fault -> err.println("error: " + fault));
        } else if (failure instanceof GantryException) {
            err.println("error: " + failure.getMessage());
        } else if (failure instanceof CommandFailedException failed) {
            failed.reports().forEach(fault -> err.println("error: " + fault));
        } else {
            err.println("error: " + failure + (debug ? "" : " (" + VARIABLE + "=1 shows where)"));
        }
    }

    /** Formats a fault of a request. A field that an option sets is called as the option. */
    private static String line(JobViolation violation, CommandLine command) {
        String option = "--" + violation.getField().replace('_', '-');
        boolean isOption = command.getCommandSpec().findOption(option) != null;
        return "error: " + (isOption ? option : violation.getField()) + ": " + violation.getDescription();
    }
}
