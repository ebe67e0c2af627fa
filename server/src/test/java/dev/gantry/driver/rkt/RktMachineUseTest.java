package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import dev.gantry.driver.DriverMachineUses;
import dev.gantry.restriction.MachineUse;
import dev.gantry.restriction.MachineUse.HostVolume;
import dev.gantry.v1.Task;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RktMachineUseTest {

    @Test
    void a_task_asks_for_what_its_config_says() {
        MachineUse use = use("1000", """
                {"image": "example.com/web:1.0", "trust_prefix": "example.com", "group": "27",
                 "volumes": ["local/a:/a", "/srv/a:/b", "/etc/ssl:/c:readOnly"], "net": ["none"]}
                """);

        assertThat(use)
                .isEqualTo(new MachineUse(
                        List.of(new HostVolume("/srv/a", false), new HostVolume("/etc/ssl", true)),
                        false,
                        Optional.of("1000"),
                        Optional.of("27"),
                        false,
                        false,
                        Optional.of("example.com/web:1.0"),
                        List.of()));
    }

    @Test
    void what_only_the_node_will_know_is_left_out() {
        MachineUse use = use("${meta.user}", """
                {"image": "${meta.image}", "trust_prefix": "${meta.publisher}", "group": "${meta.group}",
                 "volumes": ["${meta.data}:/a", "/srv/${meta.x}:/b"], "net": ["${meta.net}"]}
                """);

        assertThat(use).isEqualTo(MachineUse.NONE);
    }

    @Test
    void without_a_user_and_a_group_the_image_decides_and_that_is_told() {
        MachineUse use = use("", "{\"image\": \"docker://redis\"}");

        assertThat(use.user()).contains("");
        assertThat(use.group()).contains("");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"net\": [\"host\"]                             | true  | true  | true",
                "\"net\": [\"default,host:IP=10.1.1.1\"]         | true  | true  | true",
                "\"insecure_options\": [\"none\"]                | false | false | false",
                "\"insecure_options\": [\"image\", \"tls\"]      | false | true  | false",
                "\"insecure_options\": [\"none, paths\"]         | false | false | true",
                "\"insecure_options\": [\"later\"]               | false | true  | true",
                "\"insecure_options\": [\"all\"], \"trust_prefix\": \"x\"  | false | true  | true",
                "\"insecure_options\": [\"${meta.x}\"]           | false | false | false",
                "\"trust_prefix\": \"x\"                         | false | false | false",
            })
    void options_ask_for_the_network_insecure_images_and_capabilities(
            String settings, boolean network, boolean insecure, boolean capabilities) {
        MachineUse use = use("1", "{\"image\": \"example.com/web\", " + settings + "}");

        assertThat(use.hostNetwork()).isEqualTo(network);
        assertThat(use.insecureImage()).isEqualTo(insecure);
        assertThat(use.rawCapabilities()).isEqualTo(capabilities);
    }

    @Test
    void an_image_of_plain_http_is_insecure() {
        assertThat(use("1", "{\"image\": \"HTTP://x/y.aci\", \"trust_prefix\": \"x\"}")
                        .insecureImage())
                .isTrue();
    }

    @Test
    void a_task_of_an_unknown_driver_asks_for_nothing() {
        DriverMachineUses uses = new DriverMachineUses(List.of(new RktConfigCheck()));

        assertThat(uses.of(Task.newBuilder().setDriver("other").setUser("0").build()))
                .isEqualTo(MachineUse.NONE);
        assertThat(uses.of(Task.newBuilder().setDriver("rkt").setUser("0").build())
                        .user())
                .contains("0");
    }

    private static MachineUse use(String user, String config) {
        Struct.Builder block = Struct.newBuilder();
        try {
            JsonFormat.parser().merge(config, block);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(config, e);
        }
        return RktMachineUse.ofJob(
                Task.newBuilder().setUser(user).setConfig(block).build());
    }
}
