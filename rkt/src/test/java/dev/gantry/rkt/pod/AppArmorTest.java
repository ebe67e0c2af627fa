package dev.gantry.rkt.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppArmorTest {

    @TempDir
    Path kernel;

    @Test
    void a_profile_that_is_loaded_is_used() throws Exception {
        AppArmor appArmor = with("Y\n", "docker-default (enforce)\nweb server (complain)\n");

        assertThat(appArmor.profile(wanting("\"web server\""))).contains("web server");
        assertThat(appArmor.profile(wanting("{\"profile\":\"docker-default\"}")))
                .contains("docker-default");
        assertThat(appArmor.profile(wanting("\"unconfined\""))).contains("unconfined");
    }

    @Test
    void a_profile_that_is_missing_is_refused() throws Exception {
        AppArmor appArmor = with("Y\n", "docker-default (enforce)\n");

        assertThatThrownBy(() -> appArmor.profile(wanting("\"docker\"")))
                .hasMessage("the AppArmor profile \"docker\" is not loaded on this machine");
        assertThatThrownBy(() -> appArmor.profile(wanting("7.5"))).hasMessageContaining("is not loaded");
        assertThatThrownBy(() -> appArmor.profile(wanting("[]"))).hasMessageContaining("can't have the value []");
    }

    @Test
    void without_apparmor_a_profile_is_ignored() throws Exception {
        assertThat(with("N\n", "").profile(wanting("\"docker\""))).isEmpty();
        AppArmor missing = new AppArmor(kernel.resolve("no/such"), kernel.resolve("no/such"));
        assertThat(missing.profile(wanting("\"docker\""))).isEmpty();
    }

    private AppArmor with(String enabled, String profiles) throws IOException {
        return new AppArmor(
                Files.writeString(kernel.resolve("enabled"), enabled),
                Files.writeString(kernel.resolve("profiles"), profiles));
    }

    private static Isolators wanting(String value) {
        return new Isolators(JsonParser.parseString(
                        "{\"isolators\":[{\"name\":\"os/linux/apparmor-profile\",\"value\":" + value + "}]}")
                .getAsJsonObject());
    }
}
