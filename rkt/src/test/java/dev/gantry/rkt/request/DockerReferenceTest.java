package dev.gantry.rkt.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.rkt.RktException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DockerReferenceTest {

    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "docker://busybox, docker://registry-1.docker.io/library/busybox:latest",
        "docker:///busybox, docker://registry-1.docker.io/library/busybox:latest",
        "docker://busybox:1.36, docker://registry-1.docker.io/library/busybox:1.36",
        "docker://bitnami/redis, docker://registry-1.docker.io/bitnami/redis:latest",
        "docker://docker.io/redis, docker://docker.io/library/redis:latest",
        "docker://quay.io/coreos/etcd:v3, docker://quay.io/coreos/etcd:v3",
        "docker://localhost/a, docker://localhost/a:latest",
        "docker://127.0.0.1:5000/a/b/c__d:1_x, docker://127.0.0.1:5000/a/b/c__d:1_x",
        "docker://quay.io/a@DIGEST, docker://quay.io/a@DIGEST",
        "docker://quay.io/a:1@DIGEST, docker://quay.io/a:1@DIGEST"
    })
    void what_is_left_out_is_what_docker_means(String text, String meaning) throws RktException {
        assertThat(DockerReference.parse(text.replace("DIGEST", DIGEST)))
                .hasToString(meaning.replace("DIGEST", DIGEST));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "docker://",
                "docker://Busybox",
                "docker://quay.io/",
                "docker://quay.io/a:",
                "docker://quay.io/../a",
                "docker://quay.io/a@sha256:12",
                "docker://quay.io/a?x=1",
                "docker://a:b@quay.io/a"
            })
    void what_names_no_image_is_refused(String text) {
        assertThatThrownBy(() -> DockerReference.parse(text))
                .isInstanceOf(RktException.class)
                .hasMessageContaining(text);
    }
}
