package dev.gantry.node.environment;

import java.util.regex.Pattern;

/** Names of environment variables. */
final class VariableName {

    private static final Pattern REFUSED_BY_SH = Pattern.compile("^[0-9]|[^A-Za-z0-9_]");

    private VariableName() {}

    /**
     * Makes a name that sh can take: each other character becomes an underscore, and so does a digit in front, as in
     * Nomad.
     */
    static String clean(String name) {
        return REFUSED_BY_SH.matcher(name).replaceAll("_");
    }
}
