package dev.gantry.rkt.cli;

import dev.gantry.rkt.cli.Flags.Flag;
import java.util.Optional;

/** Thrown if the command line asks for help, or is invalid. */
final class UsageException extends Exception {

    private static final long serialVersionUID = 1L;

    private UsageException(String message) {
        super(message);
    }

    /** Makes a request for help, which is no error. */
    static UsageException help() {
        return new UsageException(null);
    }

    /** Makes the error of an invalid command line, in the words of rkt's flag parser. */
    static UsageException error(String message) {
        return new UsageException(message);
    }

    /** Makes the error of a flag with an invalid value. */
    static UsageException invalidValue(Flag flag, String reason) {
        return error(
                "invalid argument \"%s\" for --%s=%s: %s".formatted(flag.value(), flag.name(), flag.value(), reason));
    }

    /** Returns the error; empty if only help was asked for. */
    Optional<String> error() {
        return Optional.ofNullable(getMessage());
    }
}
