package dev.gantry.driver.rkt;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Environment variables that rkt reads from its standard input, in place of its command line, which all users of the
 * machine can read. They are in no file, and rkt keeps no decision about a pod with such variables.
 */
final class SecretEnvironment {

    /** No variables. */
    static final SecretEnvironment NONE = new SecretEnvironment(Map.of());

    private static final int LONGEST_LINE = 60_000;

    private final Map<String, String> variables;

    SecretEnvironment(Map<String, String> variables) {
        this.variables = Map.copyOf(variables);
    }

    boolean isEmpty() {
        return variables.isEmpty();
    }

    /**
     * Returns true if only the bundled rkt can read the variables: rkt 1.30 reads lines, which may not be longer than 64
     * KiB.
     */
    boolean needsBundledRkt() {
        return variables.values().stream()
                .anyMatch(value -> value.indexOf('\n') >= 0
                        || value.indexOf('\r') >= 0
                        || value.getBytes(StandardCharsets.UTF_8).length > LONGEST_LINE);
    }

    /** Returns what rkt is to read: lines, or for the bundled rkt, if it is needed, texts that end with a zero byte. */
    byte[] toInput() {
        String end = needsBundledRkt() ? "\0" : "\n";
        StringBuilder input = new StringBuilder();
        variables.forEach(
                (name, value) -> input.append(name).append('=').append(value).append(end));
        return input.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Leaves out the values. */
    @Override
    public String toString() {
        return "SecretEnvironment" + variables.keySet();
    }
}
