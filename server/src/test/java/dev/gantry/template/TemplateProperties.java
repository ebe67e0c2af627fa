package dev.gantry.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/** Rules of templates for any values, each with another way to compute the result. */
class TemplateProperties {

    @Property(tries = 300)
    void a_text_without_an_action_is_rendered_as_it_is(@ForAll String text) throws Exception {
        String plain = text.replace("{{", "{ {");

        assertThat(render(plain, "")).isEqualTo(plain);
    }

    @Property(tries = 300)
    void what_split_takes_apart_join_puts_together(@ForAll String text) throws Exception {
        assertThat(render("{{ env \"X\" | split \",\" | join \",\" }}", text)).isEqualTo(text.strip());
    }

    @Property(tries = 300)
    void json_has_the_same_value_as_gson_reads(@ForAll @Size(max = 5) List<String> texts) throws Exception {
        String json = texts.stream().map(TemplateProperties::quoted).collect(Collectors.joining(",", "[", "]"));

        assertThat(JsonParser.parseString(render("{{ env \"X\" | parseJSON | toJSON }}", json)))
                .isEqualTo(JsonParser.parseString(json));
        assertThat(JsonParser.parseString(render("{{ env \"X\" | parseJSON | toJSONPretty }}", json)))
                .isEqualTo(JsonParser.parseString(json));
    }

    @Property(tries = 300)
    void a_quoted_text_is_a_text_of_the_language(@ForAll String text) throws Exception {
        // %q writes what has no character as its code, which the language does not read back.
        String valid = text.codePoints()
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
        String quoted = render("{{ env \"X\" | printf \"%q\" }}", valid);

        assertThat(render("{{ " + quoted + " }}", "")).isEqualTo(valid);
    }

    @Property(tries = 1000)
    void a_number_is_printed_so_that_it_is_read_back(@ForAll double number) throws Exception {
        String printed = render("{{ env \"X\" | parseFloat }}", Double.toString(number));

        assertThat(Double.parseDouble(printed)).isEqualTo(number);
    }

    @Property(tries = 300)
    void numbers_are_padded_as_java_pads_them(@ForAll int number, @ForAll("widths") int width) throws Exception {
        String verb = "%" + width + "d|%-" + width + "d|%0" + width + "d|%+d";

        assertThat(render(
                        "{{ $n := env \"X\" | parseInt }}{{ printf \"" + verb + "\" $n $n $n $n }}",
                        Integer.toString(number)))
                .isEqualTo(verb.formatted(number, number, number, number));
    }

    @Provide
    Arbitrary<Integer> widths() {
        return Arbitraries.integers().between(1, 20);
    }

    private static String quoted(String text) {
        return new JsonPrimitive(text).toString();
    }

    private static String render(String template, String value) throws TemplateException {
        return ParsedTemplate.parse(template, Delimiters.DEFAULT)
                .render(new TemplateInputsFixture(Map.of("X", value)), false);
    }
}
