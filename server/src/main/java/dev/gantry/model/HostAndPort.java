package dev.gantry.model;

import java.util.regex.Pattern;

/** Recognizes {@code HOST:PORT}, the way in which servers name each other. */
public final class HostAndPort {

    private static final Pattern FORM =
            Pattern.compile("(\\[[0-9a-fA-F:.]{2,45}]|[^\\s:/\\[\\]]{1,200}):[1-9][0-9]{0,4}");

    private HostAndPort() {}

    /**
     * Tells whether a text has the form of an address: a name, an IPv4 address or an IPv6 address in brackets, and a port. Looks
     * nothing up.
     *
     * @param text the text
     * @return true if it has
     */
    public static boolean isValid(String text) {
        return FORM.matcher(text).matches();
    }
}
