package dev.gantry.api;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Shortens texts that repeat what a client sent, which may be as long as it likes. */
final class TextTruncation {

    private static final String MARK = "...";

    private TextTruncation() {}

    /** The text, or as much of it as takes so many bytes in UTF-8 and a mark that more was there. */
    static String toBytes(String text, int limit) {
        CharBuffer rest = CharBuffer.wrap(text);
        var unused = StandardCharsets.UTF_8
                .newEncoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .encode(rest, ByteBuffer.allocate(limit), true);
        return rest.hasRemaining() ? text.substring(0, rest.position()) + MARK : text;
    }
}
