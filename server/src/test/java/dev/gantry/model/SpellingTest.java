package dev.gantry.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class SpellingTest {

    @Test
    void the_nearest_name_is_offered() {
        assertThat(Spelling.hint("volums", List.of("volumes", "image"))).isEqualTo("did you mean \"volumes\"?");
        assertThat(Spelling.hint("x", List.of("volumes", "image"))).isEqualTo("known are image, volumes");
    }

    @Property(tries = 200)
    void the_distance_is_that_of_the_definition(
            @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 5) String from,
            @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 5) String to) {
        assertThat(Spelling.distance(from, to)).isEqualTo(byDefinition(from, to));
    }

    private static int byDefinition(String from, String to) {
        if (from.isEmpty() || to.isEmpty()) {
            return from.length() + to.length();
        }
        String fromRest = from.substring(1);
        String toRest = to.substring(1);
        int replaced = byDefinition(fromRest, toRest) + (from.charAt(0) == to.charAt(0) ? 0 : 1);
        return Math.min(replaced, 1 + Math.min(byDefinition(fromRest, to), byDefinition(from, toRest)));
    }
}
