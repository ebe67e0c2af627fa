package dev.gantry.model;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/**
 * What Linux allows of the arguments and the environment variables with which a program is started: execve(2), "Limits on size
 * of arguments and environment". A program with more can't be started, and the error of the kernel does not say what is too
 * long.
 */
public final class ExecLimits {

    /** The most bytes of an argument. The kernel counts the zero byte at its end too (MAX_ARG_STRLEN). */
    public static final int LONGEST_ARGUMENT = 131_072 - 1;

    /** The most bytes of {@code NAME=VALUE}, which is an argument of rkt with a flag before it. */
    public static final int LONGEST_VARIABLE = LONGEST_ARGUMENT - "--set-env=".length();

    /** The limit of the stack, in bytes, that tasks usually have. */
    private static final long USUAL_STACK = 8L << 20;

    private static final long LEAST = 128L << 10;

    /** For what the image and the runtime add. */
    private static final long RESERVE = 64L << 10;

    /** A pointer to each text, the zero byte at its end, and a flag before it. */
    private static final int OVERHEAD = 8 + 1 + "--set-env=".length();

    private ExecLimits() {}

    /**
     * Finds the fault of an environment variable.
     *
     * @return what is wrong as the rest of a sentence about it, without its value; empty if it is short enough
     */
    public static Optional<String> faultOfVariable(String name, String value) {
        return fault(bytes(name) + 1 + bytes(value), "bytes with its name", LONGEST_VARIABLE);
    }

    /**
     * Finds the fault of an argument.
     *
     * @return what is wrong, as above
     */
    public static Optional<String> faultOfArgument(String argument) {
        return fault(bytes(argument), "bytes", LONGEST_ARGUMENT);
    }

    private static Optional<String> fault(long size, String unit, int limit) {
        return size <= limit
                ? Optional.empty()
                : Optional.of(
                        "has %d %s, but Linux starts no program with more than %d: put it into a file, such as by a template"
                                .formatted(size, unit, limit));
    }

    /**
     * Finds the fault of all together. The kernel allows a quarter of the stack's limit.
     *
     * @param variables values by name
     * @param arguments the arguments
     * @param stack the soft limit of the stack in bytes
     * @return what is wrong as a sentence, without values; empty if they are short enough
     */
    public static Optional<String> faultOfAll(Map<String, String> variables, Collection<String> arguments, long stack) {
        long size = arguments.stream().mapToLong(text -> bytes(text) + OVERHEAD).sum();
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            size += size(variable);
        }
        long limit = Math.max(LEAST, Math.min(USUAL_STACK, stack) / 4) - RESERVE;
        if (size <= limit) {
            return Optional.empty();
        }
        String largest = variables.entrySet().stream()
                .max(Comparator.comparingLong(ExecLimits::size))
                .map(variable -> "; the largest variable, \"%s\", has %d".formatted(variable.getKey(), size(variable)))
                .orElse("");
        return Optional.of(
                "The environment variables and arguments have %d bytes together, but Linux starts no program with more than %d%s"
                        .formatted(size, limit, largest));
    }

    private static long size(Map.Entry<String, String> variable) {
        return bytes(variable.getKey()) + 1 + bytes(variable.getValue()) + OVERHEAD;
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
