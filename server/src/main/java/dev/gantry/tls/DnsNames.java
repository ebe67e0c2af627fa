package dev.gantry.tls;

import dev.gantry.model.IpLiteral;
import java.util.regex.Pattern;

/** Tells which names a server's certificate can have. */
public final class DnsNames {

    private static final int LONGEST = 253;
    private static final String LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private static final Pattern NAME = Pattern.compile("(\\*\\.)?" + LABEL + "(\\." + LABEL + ")*");

    private DnsNames() {}

    /**
     * Returns true if a text is a DNS name of a host, or of all hosts of a domain, as in {@code *.example.com}.
     *
     * @param text the text
     * @return false also for an IP address
     */
    public static boolean isValid(String text) {
        return text.length() <= LONGEST && NAME.matcher(text).matches() && !IpLiteral.isValid(text);
    }
}
