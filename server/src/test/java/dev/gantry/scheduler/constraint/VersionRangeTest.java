package dev.gantry.scheduler.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionRangeTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ">= 1.0, < 1.2 | 1.1.5 | true",
                "< 1.0, < 1.2 | 1.1.5 | false",
                "= 1.0 | 1.1.5 | false",
                "1.0 | 1.0.0 | true",
                "!= 1.0 | 1.0.0 | false",
                "> 1.2 | 1.30.0 | true",
                "> 1.2 | 1.1.0 | false",
                ">1.9.0 | 1.10.0 | true",
                "~> 1.0 | 2.0 | false",
                "~> 1.0 | 1.2.3 | true",
                "~> 1.0.0 | 1.2.3 | false",
                "~> 1.0.7 | 1.0.4 | false",
                "~> 1.0.7 | 1.0.7.5 | true",
                "~> 1.0.7 | 1.0.6.99 | false",
                "~> 1.0.9.5 | 1.0.9.6 | true",
                "~> 1.0.9.5 | 1.0.9.4 | false",
                "~> 2.0 | 2.1.0-beta | false",
                "~> 2.1.0-a | 2.2.0 | false",
                "~> 2.1.0-a | 2.1.0 | false",
                "~> 2.1.0-a | 2.1.0-beta | true",
                "~> 2.1.0-a | 2.2.0-alpha | false",
                "> 2.0 | 2.1.0-beta | false",
                ">= 2.1.0-a | 2.1.0-beta | true",
                ">= 2.1.0-a | 2.1.1-beta | false",
                ">= 2.1.0-a | 2.1.1 | true",
                "<= 2.1.0-a | 2.0.0 | true"
            })
    void ranges_mean_what_they_mean_to_go_version(String range, String version, boolean contained) {
        assertThat(VersionRange.parse(range)
                        .orElseThrow()
                        .contains(Version.parse(version).orElseThrow()))
                .isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ">= 1.x", ">= 1.2,", ",1", "=> 1.2", "~ 1.2", ">= > 1", "1.2 < 3", "latest"})
    void what_is_malformed_is_no_range(String text) {
        assertThat(VersionRange.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "> 2.0.0 | 2.1.0-beta | true",
                ">= 2.1.0-a | 2.1.1-beta | true",
                "< 2.1.0 | 2.1.0-beta | true",
                "< 2.1.0-beta.2 | 2.1.0-beta.11 | false",
                "= 2.1.0+git | 2.1.0 | true",
                "!= 2.1.0 | 2.1.0-beta | true"
            })
    void semantic_versions_have_their_order_alone(String range, String version, boolean contained) {
        assertThat(VersionRange.parseSemantic(range)
                        .orElseThrow()
                        .contains(Version.parseSemantic(version).orElseThrow()))
                .isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "~> 1.2", ">= 1.2.0beta", "1.2.0, ~> 1", "latest"})
    void what_is_malformed_is_no_range_of_semantic_versions(String text) {
        assertThat(VersionRange.parseSemantic(text)).isEmpty();
    }

    @Property(tries = 500)
    void a_pessimistic_constraint_allows_growth_of_the_last_number_only(
            @ForAll @IntRange(max = 2) int major,
            @ForAll @IntRange(max = 2) int minor,
            @ForAll @IntRange(max = 2) int patch,
            @ForAll @IntRange(max = 3) int otherMajor,
            @ForAll @IntRange(max = 3) int otherMinor,
            @ForAll @IntRange(max = 3) int otherPatch) {
        Version candidate = Version.parse("%d.%d.%d".formatted(otherMajor, otherMinor, otherPatch))
                .orElseThrow();

        assertThat(contains("~> %d.%d.%d".formatted(major, minor, patch), candidate))
                .isEqualTo(
                        contains(">= %d.%d.%d, < %d.%d".formatted(major, minor, patch, major, minor + 1), candidate));
        assertThat(contains("~> %d.%d".formatted(major, minor), candidate))
                .isEqualTo(contains(">= %d.%d, < %d".formatted(major, minor, major + 1), candidate));
    }

    private static boolean contains(String range, Version candidate) {
        return VersionRange.parse(range).orElseThrow().contains(candidate);
    }
}
