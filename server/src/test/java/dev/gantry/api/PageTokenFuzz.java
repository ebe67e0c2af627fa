package dev.gantry.api;

import dev.gantry.api.PageToken.Field;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Reads any text as the token of a page: as a client would send it, and as what stands in a token. */
public final class PageTokenFuzz {

    private static final SealedTokens SEALED = SealedTokens.withNewKey();

    private PageTokenFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        read(new String(input, StandardCharsets.UTF_8));
        read(Base64.getUrlEncoder().withoutPadding().encodeToString(input));
    }

    private static void read(String token) {
        try {
            PageToken read = PageToken.parse(SEALED.open(token), "jobs", Field.TEXT, Field.NUMBER, Field.ID);
            if (!read.isFirst()) {
                String again = PageToken.of("jobs", read.text(0), Long.toString(read.number(1, 0)), read.text(2));
                if (!PageToken.parse(again, "jobs", Field.TEXT, Field.NUMBER, Field.ID)
                        .text(0)
                        .equals(read.text(0))) {
                    throw new AssertionError("The token of what was read says something else");
                }
            }
        } catch (InvalidRequestException e) {
            if (!e.violations().get(0).getField().equals("page_token")) {
                throw new AssertionError("Another field is blamed", e);
            }
        }
    }
}
