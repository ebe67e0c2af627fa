package dev.gantry.scheduler.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "1.0",
                "1.2.3.4",
                "v1.2.3",
                "1.2-5",
                "1.7rc2",
                "1.2.0-x.Y.0+metadata",
                "1.2.3-rc1-with-hyphen",
                "1.0-",
                "17.03.0-ce",
                "1.4.9223372036854775807",
                "1.30.0+git4a1b2c3"
            })
    void what_go_version_reads_is_a_version(String text) {
        assertThat(Version.parse(text)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "foo",
                "1.2.beta",
                "1.21.beta",
                "foo1.2.3",
                "\n1.2",
                "1.2 ",
                "1..2",
                ".5",
                "-1",
                "1.2+",
                "11387778780781445675529500000000000000000"
            })
    void what_go_version_refuses_is_none(String text) {
        assertThat(Version.parse(text)).isEmpty();
    }

    @Test
    void a_text_of_any_length_is_judged_without_running_out_of_stack() {
        assertThat(Version.parse("1" + ".1".repeat(500_000))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "1.30.0, >, 1.2",
        "1.1.0, <, 1.2",
        "1.10.0, >, 1.9.0",
        "1.2, =, 1.2.0",
        "1.2.0.0, =, v1.2",
        "1.2.0.0.1, >, 1.2",
        "1.02, =, 1.2",
        "1.2+foo, =, 1.2+beta",
        "1.2, >, 1.2-beta",
        "1.7rc2, >, 1.7rc1",
        "1.7rc2, <, 1.7",
        "1.2-beta.2, <, 1.2-beta.11",
        "3.2-alpha.1, >, 3.2-alpha",
        "1.2-alpha, <, 1.2-beta.3",
        "3.0-alpha.1, <, 3.0-alpha.beta",
        "3.2-rc.1-1-g123, >, 3.2-rc.2",
        "1.2.0-a, =, 1.2-a",
        "1-99999999999999999998, <, 1-99999999999999999999"
    })
    void versions_are_ordered_as_by_go_version(String left, String relation, String right) {
        int order = version(left).compareTo(version(right));

        assertThat(order)
                .isEqualTo(
                        switch (relation) {
                            case "<" -> -1;
                            case ">" -> 1;
                            default -> 0;
                        });
    }

    @Property(tries = 500)
    void releases_are_ordered_by_their_numbers(
            @ForAll("numbers") List<Integer> left, @ForAll("numbers") List<Integer> right) {
        int expected = 0;
        for (int i = 0; i < 6 && expected == 0; i++) {
            expected = Integer.compare(i < left.size() ? left.get(i) : 0, i < right.size() ? right.get(i) : 0);
        }

        assertThat(version(join(left)).compareTo(version(join(right)))).isEqualTo(expected);
    }

    @Property(tries = 1000)
    void the_order_is_one(@ForAll("versions") String a, @ForAll("versions") String b, @ForAll("versions") String c) {
        Version x = version(a);
        Version y = version(b);
        Version z = version(c);

        assertThat(Integer.signum(x.compareTo(y))).isEqualTo(-Integer.signum(y.compareTo(x)));
        if (x.compareTo(y) <= 0 && y.compareTo(z) <= 0) {
            assertThat(x.compareTo(z)).isLessThanOrEqualTo(0);
        }
        if (x.compareTo(y) == 0) {
            assertThat(Integer.signum(x.compareTo(z))).isEqualTo(Integer.signum(y.compareTo(z)));
        }
    }

    @Provide
    Arbitrary<List<Integer>> numbers() {
        return Arbitraries.integers().between(0, 3).list().ofMinSize(1).ofMaxSize(6);
    }

    @Provide
    Arbitrary<String> versions() {
        Arbitrary<String> preRelease = Arbitraries.of("0", "01", "1", "2", "alpha", "beta", "beta2", "-")
                .list()
                .ofMaxSize(3)
                .map(words -> words.isEmpty() ? "" : "-" + String.join(".", words));
        return Combinators.combine(numbers(), preRelease).as((numbers, words) -> join(numbers) + words);
    }

    private static String join(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).collect(Collectors.joining("."));
    }

    private static Version version(String text) {
        return Version.parse(text).orElseThrow();
    }
}
