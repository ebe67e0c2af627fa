package dev.gantry.model;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A join token in the form of its file: the secret and, if the server has made its own CA, a dot and the SHA-256 of the
 * CA's certificate in hexadecimal digits. So a node with the token also recognizes the server.
 *
 * @param secret the secret; servers get only this part
 * @param pin 64 hexadecimal digits in lower case; empty if the token names no CA
 */
public record JoinToken(String secret, Optional<String> pin) {

    private static final Pattern PINNED = Pattern.compile("([^.]+)\\.([0-9a-fA-F]{64})");

    /**
     * Reads a token.
     *
     * @param text the text
     * @return the token
     * @throws IllegalArgumentException if the token has a dot without the digits of a pin after it. Such a token is
     *     damaged, and must not count as a token without a CA
     */
    public static JoinToken parse(String text) {
        Matcher pinned = PINNED.matcher(text);
        if (pinned.matches()) {
            return new JoinToken(pinned.group(1), Optional.of(pinned.group(2).toLowerCase(Locale.ROOT)));
        }
        if (text.indexOf('.') >= 0) {
            throw new IllegalArgumentException(
                    "The join token is damaged: the 64 hexadecimal digits that name the server's CA must stand after the"
                            + " dot. Copy the whole line of the server's DATA_DIR/server/join.token");
        }
        return new JoinToken(text, Optional.empty());
    }

    /**
     * Returns the secret of a token.
     *
     * @param text the token, with a pin or without
     * @return the text without the pin; the whole text if it has no pin
     */
    public static String secretOf(String text) {
        Matcher pinned = PINNED.matcher(text);
        return pinned.matches() ? pinned.group(1) : text;
    }

    /**
     * Writes the token.
     *
     * @return the text, which {@link #parse} reads
     */
    public String text() {
        return secret + pin.map(digits -> "." + digits).orElse("");
    }

    /** Leaves out the secret. */
    @Override
    public String toString() {
        return "JoinToken[" + pin + "]";
    }
}
