package dev.gantry.restriction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.v1.ImageSourceRestriction;
import dev.gantry.v1.NodeRestrictions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageSourceTest {

    private static final Restrictions SOME = rules(
            "docker://registry.example.com:5000/team",
            "docker://docker.io/library",
            "https://images.example.com/prod/",
            "http://*.intern",
            "example.com/team-*",
            "/srv/images",
            "sha512-ab*");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docker://registry.example.com:5000/team/web",
                "docker://Registry.example.com:5000/team/web:1.0",
                "docker:///registry.example.com:5000/team/a/b@sha256:0123",
                "docker://redis",
                "docker://redis:3.2",
                "docker://index.docker.io/redis",
                "https://images.example.com/prod/web.aci",
                "HTTPS://IMAGES.example.com/prod/a/b.aci",
                "http://a.intern/x.aci",
                "example.com/team-a/web",
                "example.com/team-a:1.0,os=linux",
                "/srv/images/web.aci",
                "file:///srv/images/web.aci",
                "sha512-ab01"
            })
    void an_image_of_an_allowed_source_is_allowed(String image) {
        assertThat(SOME.imageRefusal(image)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docker://registry.example.com/team/web",
                "docker://registry.example.com:5000/other/web",
                "docker://registry.example.com:5000/team/../other/web",
                "docker://registry.example.com:5000/team%2f../web",
                "docker://registry.example.com:5000@evil.org/team/web",
                "docker://evil.org/registry.example.com:5000/team/web",
                "docker://bitnami/redis",
                "docker://docker.io/bitnami/redis",
                "https://images.example.com/web.aci",
                "https://images.example.com.evil.org/prod/web.aci",
                "https://images.example.com@evil.org/prod/web.aci",
                "https://images.example.com:8443/prod/web.aci",
                "https://images.example.com/prod/../web.aci",
                "https://images.example.com/prod/%2e%2e/web.aci",
                "https://images.example.com/prod?x/web.aci",
                "https://images.example.com\\@evil.org/prod/web.aci",
                "https:/images.example.com/prod/web.aci",
                "http://images.example.com/prod/web.aci",
                "http://evil.org/a.intern/x.aci",
                "example.com/other/web",
                "example.com/team-a/../other/web",
                "example.com/team-a/web:../../x",
                "./example.com/team-a/web",
                "example.com/team-a/web.aci",
                "local/web.aci",
                "local/web",
                "/srv/images/../secret.aci",
                "/srv/imagesx/web.aci",
                "file:///srv/images/%2e%2e/secret.aci",
                "file:/srv/images/web.aci",
                "cimd:docker:v=0:registry.example.com:5000/team/web",
                "sha512-cd01",
                "sha512-abxy",
                " docker://redis",
                "docker://redis\n",
                "*",
                ""
            })
    void another_image_is_refused_and_so_is_one_whose_source_is_not_certain(String image) {
        assertThat(SOME.imageRefusal(image))
                .hasValueSatisfying(refusal -> assertThat(refusal)
                        .startsWith("does not allow the image \"%s\" (allowed sources: ".formatted(image)));
    }

    @ParameterizedTest
    @CsvSource({
        "docker://docker.io/bitnami, docker://bitnami/redis, true",
        "docker://docker.io/bitnami, docker://bitnami, false",
        "docker://docker.io, docker://redis, true",
        "docker://localhost:5000, docker://localhost:5000/x, true",
        "docker://*.example.com, docker://a.example.com/x, true",
        "docker://*.example.com, docker://example.com/x, false",
        "https://images.example.com, https://images.example.com/x.aci, true",
        "/, /any/where.aci, true"
    })
    void a_source_is_a_registry_a_host_or_a_path_of_it(String source, String image, boolean allowed) {
        assertThat(rules(source).imageRefusal(image).isEmpty()).isEqualTo(allowed);
    }

    @Test
    void without_a_list_each_image_is_allowed() {
        assertThat(Restrictions.NONE.imageRefusal("cimd:any")).isEmpty();
    }

    private static Restrictions rules(String... sources) {
        NodeRestrictions restrictions = NodeRestrictions.newBuilder()
                .setImageSources(ImageSourceRestriction.newBuilder().addAllAllow(List.of(sources)))
                .build();
        assertThat(RestrictionChecks.check(restrictions, "")).isEmpty();
        return Restrictions.of(restrictions);
    }
}
