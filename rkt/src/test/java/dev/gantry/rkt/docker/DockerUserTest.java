package dev.gantry.rkt.docker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DockerUserTest {

    @ParameterizedTest
    @CsvSource({
        "'', 0, 0",
        "1000, 1000, 1000",
        "1000:50, 1000, 50",
        "redis, redis, redis",
        "nobody, nobody, 65534",
        "nobody:redis, nobody, redis",
        ":50, 0, 50",
        "stranger, stranger, stranger"
    })
    void a_user_without_a_group_gets_one(String text, String user, String group) {
        String passwd = "root:x:0:0::/:/bin/sh\nredis:x:999:1000::/:\nnobody:x:65534:65534::/:\n";
        String groups = "root:x:0:\nredis:x:1000:\nnogroup:x:65534:\n";

        assertThat(DockerUser.of(text, passwd, groups)).isEqualTo(new DockerUser(user, group));
    }
}
