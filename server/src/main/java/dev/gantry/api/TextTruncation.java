package dev.gantry.api;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Shortens error texts that quote what a client sent. */
final class TextTruncation {

    private static final String MARK = "...";

    private TextTruncation() {}

    /** Returns the text; if it is longer than the limit in UTF-8 bytes, its beginning followed by "...". */
    static String toBytes(String text, int limit) {
        CharBuffer rest = CharBuffer.wrap(text);
        var unused = StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(rest, ByteBuffer.allocate(limit), true);
        return rest.hasRemaining() ? text.substring(0, rest.position()) + MARK : text;
    }
}
