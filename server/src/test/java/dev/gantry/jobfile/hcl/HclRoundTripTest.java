package dev.gantry.jobfile.hcl;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Tests that values written in HCL, in any layout, are parsed to the same values. */
class HclRoundTripTest {

    /** A value or item, without positions, beside one way to write it. */
    private record Written(String plain, String hcl) {}

    @Property(tries = 300)
    void what_is_written_is_read(@ForAll("bodies") List<Written> items) {
        String hcl = items.stream().map(Written::hcl).collect(Collectors.joining());
        String plain = items.stream().map(Written::plain).collect(Collectors.joining(";"));

        assertThat(plain(HclParser.parse(hcl))).as(hcl).isEqualTo("{" + plain + "}");
    }

    @Provide
    Arbitrary<List<Written>> bodies() {
        return body(2);
    }

    private static Arbitrary<List<Written>> body(int depth) {
        return item(depth).list().ofMaxSize(4);
    }

    private static Arbitrary<Written> item(int depth) {
        return depth == 0 ? setting(depth) : Arbitraries.oneOf(setting(depth), block(depth));
    }

    private static Arbitrary<Written> setting(int depth) {
        return Combinators.combine(name(), gap(), value(depth), end())
                .as((name, gap, value, end) -> new Written(
                        name.plain() + "[]=" + value.plain(), name.hcl() + gap + "=" + gap + value.hcl() + end));
    }

    private static Arbitrary<Written> block(int depth) {
        return Combinators.combine(name(), name().list().ofMaxSize(2), gap(), body(depth - 1), end())
                .as((name, labels, gap, items, end) -> new Written(
                        name.plain() + plain(labels, ",", "[", "]") + "=" + plain(items, ";", "{", "}"),
                        name.hcl() + gap + " " + hcl(labels, gap + " ") + gap + "{" + gap + hcl(items, "") + "}"
                                + end));
    }

    private static Arbitrary<Written> value(int depth) {
        Arbitrary<Written> scalar = Arbitraries.oneOf(
                text(),
                number(),
                Arbitraries.of(true, false).map(bool -> new Written(bool.toString(), bool.toString())));
        if (depth == 0) {
            return scalar;
        }
        Arbitrary<Written> list = Combinators.combine(
                        value(depth - 1).list().ofMaxSize(3), gap(), Arbitraries.of("", ","))
                .as((values, gap, last) -> new Written(
                        plain(values, ",", "[", "]"),
                        "[" + gap + hcl(values, "," + gap) + (values.isEmpty() ? "" : last) + gap + "]"));
        Arbitrary<Written> body = Combinators.combine(body(depth - 1), gap())
                .as((items, gap) -> new Written(plain(items, ";", "{", "}"), "{" + gap + hcl(items, "") + gap + "}"));
        return Arbitraries.oneOf(scalar, list, body);
    }

    private static Arbitrary<Written> name() {
        Arbitrary<String> bare = Arbitraries.strings()
                .withCharRange('a', 'z')
                .ofMinLength(1)
                .ofMaxLength(6)
                .filter(name -> !name.equals("true") && !name.equals("false"));
        return Arbitraries.oneOf(
                bare.map(name -> new Written(name, name)),
                bare.map(name -> new Written(name + "-1.x", name + "-1.x")),
                bare.map(name -> new Written(name, "\"" + name + "\"")));
    }

    private static Arbitrary<Written> text() {
        Arbitrary<String> anything = Arbitraries.strings()
                .withChars(' ', '"', '\\', '{', '}', '#', '/', '*', '\n', '\t', 'x', 'ä', '€')
                .ofMaxLength(12);
        Arbitrary<String> interpolated = Arbitraries.of("${NOMAD_PORT_http}", "${meta.a}", "${f(\"x\")}", "$${y}");
        return Combinators.combine(anything, interpolated.optional(), anything)
                .as((before, inner, after) -> new Written(
                        "'" + before + inner.orElse("") + after + "'",
                        "\"" + escaped(before) + inner.orElse("") + escaped(after) + "\""));
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\")
                .replace("\"", "\\\"")
                .replace("\n", "\\n")
                .replace("\t", "\\t");
    }

    private static Arbitrary<Written> number() {
        Arbitrary<String> whole = Arbitraries.integers().map(String::valueOf);
        Arbitrary<String> part =
                Arbitraries.doubles().between(-1e6, 1e6).ofScale(3).map(String::valueOf);
        return Arbitraries.oneOf(whole, part).map(number -> new Written(number, number));
    }

    private static Arbitrary<String> gap() {
        return Arbitraries.of("", " ", "\t", "\n", "\r\n ", " /* { */ ", " # } ]\n", "//\n");
    }

    private static Arbitrary<String> end() {
        return Arbitraries.of(" ", "\n", "\r\n", "\n\n  ", " # end\n");
    }

    private static String plain(List<Written> parts, String between, String open, String close) {
        return parts.stream().map(Written::plain).collect(Collectors.joining(between, open, close));
    }

    private static String hcl(List<Written> parts, String between) {
        return parts.stream().map(Written::hcl).collect(Collectors.joining(between));
    }

    private static String plain(HclValue value) {
        if (value instanceof HclValue.Text text) {
            return "'" + text.value() + "'";
        }
        if (value instanceof HclValue.Numeral number) {
            return number.literal();
        }
        if (value instanceof HclValue.Bool bool) {
            return Boolean.toString(bool.value());
        }
        if (value instanceof HclValue.Sequence list) {
            return list.elements().stream().map(HclRoundTripTest::plain).collect(Collectors.joining(",", "[", "]"));
        }
        return ((HclValue.Body) value)
                .items().stream().map(HclRoundTripTest::plain).collect(Collectors.joining(";", "{", "}"));
    }

    private static String plain(HclItem item) {
        String labels = item.labels().stream().map(HclName::text).collect(Collectors.joining(",", "[", "]"));
        return item.name().text() + labels + "=" + plain(item.value());
    }
}
