package dev.gantry.rkt.http;

import java.time.Duration;
import java.util.Locale;

/**
 * The {@code Cache-Control} of a response (RFC 9111). Only the directives that rkt reads are parsed.
 *
 * @param maxAge how long the answer may be used without asking again; never negative
 * @param mayRevalidate whether the server may be asked for changes only, by its {@code ETag}
 */
public record CacheControl(Duration maxAge, boolean mayRevalidate) {

    private static final String MAX_AGE = "max-age=";

    /**
     * Reads a {@code Cache-Control} header. Ignores unknown and malformed directives.
     *
     * @param value the value, of all such headers joined by commas
     * @return the rules of the header
     */
    public static CacheControl parse(String value) {
        Duration maxAge = Duration.ZERO;
        boolean isForbidden = false;
        boolean mayRevalidate = true;
        for (String word : value.toLowerCase(Locale.ROOT).split(",", -1)) {
            String directive = word.strip();
            if (directive.equals("no-store")) {
                isForbidden = true;
                mayRevalidate = false;
            } else if (directive.equals("no-cache")) {
                isForbidden = true;
            } else if (directive.matches(MAX_AGE + "\"?\\d{1,9}\"?")) {
                String seconds = directive.substring(MAX_AGE.length()).replace("\"", "");
                maxAge = Duration.ofSeconds(Long.parseLong(seconds));
            }
        }
        return new CacheControl(isForbidden ? Duration.ZERO : maxAge, mayRevalidate);
    }
}
