package dev.gantry.restriction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.restriction.MachineUse.HostVolume;
import dev.gantry.v1.HostVolumeRestriction;
import dev.gantry.v1.NodeRestrictions;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPathsTest {

    private static final Restrictions SOME =
            rules(List.of("/srv/*", "/data/team-*/in"), List.of("/etc/ssl", "/srv/shared/certs"));

    @ParameterizedTest
    @ValueSource(strings = {"/srv/a", "/srv/a/b/c", "/srv//a/", "/srv/./a/../b", "/data/team-1/in", "/data/team-/in/x"})
    void a_path_of_the_list_and_what_is_below_it_may_be_mounted(String path) {
        assertThat(SOME.refusal(new HostVolume(path, false))).isEmpty();
        assertThat(SOME.refusal(new HostVolume(path, true))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/srv",
                "/srvx",
                "/etc",
                "/etc/sslx",
                "/data",
                "/data/team-1",
                "/srv/..",
                "/srv/../etc",
                "/srv/a/../../etc/shadow",
                "/data/team-1/x/in",
                "/data/team-1/../other/in"
            })
    void another_path_is_refused_with_what_is_allowed(String path) {
        assertThat(SOME.refusal(new HostVolume(path, true)))
                .contains(("does not allow the host path \"%s\" (allowed: /srv/*, /data/team-*/in; read-only: /etc/ssl,"
                                + " /srv/shared/certs)")
                        .formatted(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/ssl", "/etc/ssl/private", "/srv/shared/certs", "/srv/shared", "/srv/shared/certs/x"})
    void a_path_with_something_that_is_read_only_can_not_be_mounted_writable(String path) {
        assertThat(SOME.refusal(new HostVolume(path, true))).isEmpty();
        assertThat(SOME.refusal(new HostVolume(path, false)))
                .hasValueSatisfying(refusal -> assertThat(refusal).contains("only read-only: mount it with :readOnly"));
    }

    @Test
    void an_empty_list_allows_no_path_and_none_at_all_allows_each() {
        assertThat(rules(List.of(), List.of()).refusal(new HostVolume("/srv", true)))
                .contains("does not allow the host path \"/srv\" (allowed: none)");
        assertThat(rules(List.of(), List.of()).allowsHostVolumes()).isFalse();
        assertThat(Restrictions.NONE.refusal(new HostVolume("/", false))).isEmpty();
    }

    @Test
    void a_long_list_is_shortened_in_messages() {
        List<String> many = IntStream.range(0, 8).mapToObj(i -> "/" + i).toList();

        assertThat(rules(many, List.of()).refusal(new HostVolume("/x", true)))
                .contains("does not allow the host path \"/x\" (allowed: /0, /1, /2, /3, /4 and 3 more)");
    }

    /** The oracle: Java normalizes the path, and a regular expression matches it and what is below. */
    @Property(tries = 3000)
    void paths_are_matched_as_a_regular_expression_matches_them(
            @ForAll("paths") String pattern, @ForAll("paths") String path) {
        String normal = Path.of(path.replace("*", "a")).normalize().toString();
        String expression = Path.of(pattern).normalize().toString();
        String regex = expression.equals("/")
                ? ".*"
                : Pattern.compile("\\*")
                                .splitAsStream(expression + "\0")
                                .map(Pattern::quote)
                                .collect(Collectors.joining("[^/]*"))
                                .replace("\0", "")
                        + "(/.*)?";

        assertThat(rules(List.of(pattern), List.of())
                        .refusal(new HostVolume(path.replace("*", "a"), false))
                        .isEmpty())
                .isEqualTo(normal.equals("/") ? expression.equals("/") : normal.matches(regex));
    }

    @Provide
    Arbitrary<String> paths() {
        return Arbitraries.of("a", "b", "ab", "*", "a*", "*b", "..", ".", "")
                .list()
                .ofMaxSize(5)
                .map(parts -> "/" + String.join("/", parts));
    }

    private static Restrictions rules(List<String> allow, List<String> readOnly) {
        return Restrictions.of(NodeRestrictions.newBuilder()
                .setHostVolumes(
                        HostVolumeRestriction.newBuilder().addAllAllow(allow).addAllReadOnly(readOnly))
                .build());
    }
}
