package dev.gantry.rkt.pod;

import dev.gantry.rkt.RktException;
import java.util.ArrayList;
import java.util.List;

/** Quotes values for files that the launcher's shell reads, so that no value is run as code. */
public final class ShellWords {

    private ShellWords() {}

    /**
     * Quotes one word. Within single quotes, the only special character of a POSIX shell is the single quote.
     *
     * @param value the value
     * @return the value, quoted
     * @throws RktException if the value has a NUL, which no argument of a program can contain
     */
    public static String quote(String value) throws RktException {
        if (value.indexOf('\0') >= 0) {
            throw new RktException("a value has a NUL character: \"%s\"".formatted(value.replace("\0", "\\0")));
        }
        return "'" + value.replace("'", "'\\''") + "'";
    }

    /**
     * Quotes several words.
     *
     * @param values the values
     * @return the quoted values, separated by spaces
     * @throws RktException as {@link #quote} does
     */
    public static String quote(List<String> values) throws RktException {
        List<String> quoted = new ArrayList<>();
        for (String value : values) {
            quoted.add(quote(value));
        }
        return String.join(" ", quoted);
    }
}
