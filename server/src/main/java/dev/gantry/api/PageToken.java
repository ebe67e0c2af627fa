package dev.gantry.api;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * Where the next page begins: the fields by which the list is ordered, of its last object. Opaque to clients.
 *
 * @param fields the fields; none: at the begin
 */
record PageToken(List<String> fields) {

    private static final String SEPARATOR = "\n";
    private static final int DEFAULT_SIZE = 100;
    private static final int LARGEST_SIZE = 1000;

    static String of(String... fields) {
        byte[] joined = String.join(SEPARATOR, fields).getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(joined);
    }

    /**
     * Reads a token.
     *
     * @throws InvalidRequestException if it is not one of this list's
     */
    static PageToken parse(String token, int fieldCount) {
        if (token.isEmpty()) {
            return new PageToken(List.of());
        }
        try {
            String joined = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            List<String> fields = List.of(joined.split(SEPARATOR, -1));
            if (fields.size() == fieldCount) {
                return new PageToken(fields);
            }
        } catch (IllegalArgumentException e) {
            throw invalid(token, e);
        }
        throw invalid(token, null);
    }

    /**
     * How many objects a page has.
     *
     * @throws InvalidRequestException if it is out of range
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

    String text(int field) {
        return isFirst() ? "" : fields.get(field);
    }

    /**
     * A field that is a number.
     *
     * @throws InvalidRequestException if it is none
     */
    long number(int field, long first) {
        try {
            return isFirst() ? first : Long.parseLong(fields.get(field));
        } catch (NumberFormatException e) {
            throw invalid(String.join(SEPARATOR, fields), e);
        }
    }

    private static InvalidRequestException invalid(String token, Exception cause) {
        InvalidRequestException exception =
                new InvalidRequestException("page_token", "\"%s\" is no next_page_token of this list".formatted(token));
        if (cause != null) {
            exception.initCause(cause);
        }
        return exception;
    }
}
