package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserIdTest {

    @TempDir
    private Path dir;

    @Test
    void a_user_is_said_by_name_or_number() throws IOException {
        Path users = Files.writeString(
                dir.resolve("passwd"), "root:x:0:0:root:/root:/bin/sh\ngantry:x:998:998::/var/lib/gantry:/bin/false\n");

        assertThat(UserId.parse("gantry", users)).isEqualTo(998);
        assertThat(UserId.parse("1234", users)).isEqualTo(1234);
        assertThatThrownBy(() -> UserId.parse("gantr", users))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(users + " has no user \"gantr\": say the number");
        assertThatThrownBy(() -> UserId.parse("gantry", dir.resolve("none")))
                .hasMessageContaining("say the user's number");
    }
}
