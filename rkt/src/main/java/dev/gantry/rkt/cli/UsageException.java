package dev.gantry.rkt.cli;

import java.util.Optional;

/** The command line asks for help, or can't be understood. */
final class UsageException extends Exception {

    private static final long serialVersionUID = 1L;

    private UsageException(String message) {
        super(message);
    }

    /** A request for help, which is no error. */
    static UsageException help() {
        return new UsageException(null);
    }

    /** A command line that can't be understood, in the words of rkt's flag parser. */
    static UsageException error(String message) {
        return new UsageException(message);
    }

    /** A flag's value that can't be taken. */
    static UsageException invalidValue(Flag flag, String reason) {
        return error(
                "invalid argument \"%s\" for --%s=%s: %s".formatted(flag.value(), flag.name(), flag.value(), reason));
    }

    /** What is wrong; empty if only help was asked for. */
    Optional<String> error() {
        return Optional.ofNullable(getMessage());
    }
}
