package dev.gantry.api;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Tells where the next page begins: the name of the list, and the last object's values of the fields that the list is
 * ordered by. Opaque to clients.
 *
 * @param fields the values; empty for the first page
 */
record PageToken(List<String> fields) {

    /** The types of a token's fields. */
    enum Field {
        /** A text without control characters. */
        TEXT,
        /** A whole number. */
        NUMBER,
        /** A UUID. */
        ID
    }

    private static final String SEPARATOR = "\n";
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final int LONGEST = 4096;
    private static final int DEFAULT_SIZE = 100;
    private static final int LARGEST_SIZE = 1000;

    /** Makes the token of the page that follows an object with these fields. */
    static String of(String list, String... fields) {
        byte[] joined = (list + SEPARATOR + String.join(SEPARATOR, fields)).getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(joined);
    }

    /**
     * Parses a token.
     *
     * @param token the token as a client sent it; empty for the first page
     * @param list the list's name
     * @param kinds the types of its fields
     * @throws InvalidRequestException if it is no token of this list. The message does not quote the token
     */
    static PageToken parse(String token, String list, Field... kinds) {
        if (token.isEmpty()) {
            return new PageToken(List.of());
        }
        List<String> fields = decode(token);
        if (fields.size() != kinds.length + 1 || !fields.get(0).equals(list)) {
            throw invalid(null);
        }
        for (int i = 0; i < kinds.length; i++) {
            if (!isOf(kinds[i], fields.get(i + 1))) {
                throw invalid(null);
            }
        }
        return new PageToken(List.copyOf(fields.subList(1, fields.size())));
    }

    /**
     * Returns the number of objects in a page.
     *
     * @throws InvalidRequestException if the requested size is out of range
     */
    static int size(int asked) {
        if (asked < 0 || asked > LARGEST_SIZE) {
            throw new InvalidRequestException("page_size", "%d is not within 0 and %d".formatted(asked, LARGEST_SIZE));
        }
        return asked == 0 ? DEFAULT_SIZE : asked;
    }

    boolean isFirst() {
        return fields.isEmpty();
    }

    /** Returns a field; empty for the first page. */
    String text(int field) {
        return isFirst() ? "" : fields.get(field);
    }

    /** Returns a field that is a number; {@code first} for the first page. */
    long number(int field, long first) {
        return isFirst() ? first : Long.parseLong(fields.get(field));
    }

    private static List<String> decode(String token) {
        if (token.length() > LONGEST) {
            throw invalid(null);
        }
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(token);
            // Unlike new String(), this decoder rejects invalid UTF-8.
            String joined = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return List.of(joined.split(SEPARATOR, -1));
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw invalid(e);
        }
    }

    private static boolean isOf(Field kind, String field) {
        return switch (kind) {
            case TEXT -> TextRules.isPlain(field);
            case ID -> UUID.matcher(field).matches();
            case NUMBER -> isNumber(field);
        };
    }

    private static boolean isNumber(String field) {
        try {
            Long.parseLong(field);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static InvalidRequestException invalid(Exception cause) {
        InvalidRequestException exception =
                new InvalidRequestException("page_token", "is no next_page_token of this list");
        if (cause != null) {
            exception.initCause(cause);
        }
        return exception;
    }
}
