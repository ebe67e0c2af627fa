package dev.gantry.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.JobViolation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VariableRulesTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "jobs/web", "jobs/web.v2/db", "a~b/C_d-9", "..", "."})
    void a_path_is_words_with_slashes_between(String path) {
        assertThat(VariableRules.faultOfPath(path)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/a", "a/", "a//b", "a b", "a\nb", "a*", "ä", "a\0"})
    void another_path_is_refused(String path) {
        assertThat(VariableRules.faultOfPath(path)).isPresent();
    }

    @Test
    void a_path_has_at_most_256_characters() {
        assertThat(VariableRules.faultOfPath("a".repeat(256))).isEmpty();
        assertThat(VariableRules.faultOfPath("a".repeat(257))).contains("is 257 characters long; the limit is 256");
    }

    @Test
    void items_have_limits() {
        assertThat(faults(Map.of("k", "v", "K_9-x", "", "pem", "two\nlines\ttab")))
                .isEmpty();
        assertThat(faults(Map.of())).containsExactly("items: is empty: a variable has at least one item");
        assertThat(faults(Map.of("k", "x".repeat(65_535)))).isEmpty();
        assertThat(faults(Map.of("k", "x".repeat(65_536))))
                .containsExactly("items: has 65537 bytes of keys and values; the limit is 65536");
        assertThat(faults(Map.of("k", "ä".repeat(32_768))))
                .containsExactly("items: has 65537 bytes of keys and values; the limit is 65536");
        assertThat(faults(Map.of("a.b", "v")))
                .containsExactly("items: \"a.b\" is no key: use 1 to 128 of A-Z a-z 0-9 _ -");
        assertThat(faults(Map.of("k".repeat(129), "v"))).hasSize(1);
        assertThat(faults(Map.of("", "v"))).hasSize(1);
        assertThat(faults(Map.of("k", "s3cret\0"))).containsExactly("items.k: has a zero byte in it");
        Map<String, String> many = new HashMap<>();
        for (int i = 0; i < 1001; i++) {
            many.put("k" + i, "v");
        }
        assertThat(faults(many)).containsExactly("items: has 1001 entries; the limit is 1000");
    }

    private static List<String> faults(Map<String, String> items) {
        return VariableRules.faultsOfItems(items, "items").stream()
                .map(VariableRulesTest::text)
                .toList();
    }

    private static String text(JobViolation fault) {
        return fault.getField() + ": " + fault.getDescription();
    }
}
