package dev.gantry.app;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of ports.
 *
 * @param first the first port
 * @param last the last port, inclusive
 */
record PortRange(int first, int last) {

    static final PortRange STANDARD = new PortRange(NodeConfig.MIN_DYNAMIC_PORT, NodeConfig.MAX_DYNAMIC_PORT);

    private static final Pattern FORM = Pattern.compile("(\\d{1,5})-(\\d{1,5})");

    /**
     * Parses {@code FIRST-LAST}.
     *
     * @throws IllegalArgumentException if the text is not in this form
     */
    static PortRange parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("\"%s\" is no FIRST-LAST, such as 20000-32000".formatted(text));
        }
        return new PortRange(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
    }
}
