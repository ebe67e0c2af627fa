package dev.gantry.node.environment;

import java.util.regex.Pattern;

/** Names of environment variables. */
final class VariableName {

    private static final Pattern REPLACED = Pattern.compile("^[0-9]|[^A-Za-z0-9_.]");

    private VariableName() {}

    /**
     * Replaces by an underscore each character but letters, digits, underscores and dots, and a digit in front: Nomad's rule.
     * Programs read names with dots, such as {@code discovery.type}, although sh can't.
     */
    static String clean(String name) {
        return REPLACED.matcher(name).replaceAll("_");
    }
}
