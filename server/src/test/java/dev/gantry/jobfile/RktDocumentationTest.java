package dev.gantry.jobfile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.Values;
import dev.gantry.v1.Constraint;
import dev.gantry.v1.Job;
import dev.gantry.v1.Port;
import dev.gantry.v1.Service;
import dev.gantry.v1.Task;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that every form in the documentation of Nomad's rkt driver is parsed as documented. */
class RktDocumentationTest {

    @Test
    void a_driver_and_an_image() {
        Task task = task("""
                driver = "rkt"

                config {
                  image = "redis:3.2"
                }
                """);

        assertThat(task.getName()).isEqualTo("webservice");
        assertThat(task.getDriver()).isEqualTo("rkt");
        assertThat(task.getConfig()).isEqualTo(struct("image", Values.of("redis:3.2")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://hub.docker.internal/redis:3.2",
                "docker://redis:latest",
                "coreos.com/etcd:v3.3.0",
                "sha512-f4d3cc4b2baf",
                "/srv/images/app.aci"
            })
    void images_of_all_sorts_are_left_as_they_are(String image) {
        assertThat(config("image = \"" + image + "\"")).isEqualTo(struct("image", Values.of(image)));
    }

    @Test
    void a_command() {
        assertThat(config("command = \"my-command\"")).isEqualTo(struct("command", Values.of("my-command")));
    }

    @Test
    void arguments_keep_what_is_filled_in_later_and_may_end_with_a_comma() {
        Struct config = config("""
                args = [
                  "-bind", "${NOMAD_PORT_http}",
                  "${nomad.datacenter}",
                  "${MY_ENV}",
                  "${meta.foo}",
                ]
                """);

        assertThat(config)
                .isEqualTo(struct(
                        "args",
                        texts("-bind", "${NOMAD_PORT_http}", "${nomad.datacenter}", "${MY_ENV}", "${meta.foo}")));
    }

    @Test
    void insecure_options() {
        assertThat(config("""
                    image = "example.com/image:1.0"
                    insecure_options = ["image", "tls", "ondisk"]
                """))
                .isEqualTo(Struct.newBuilder()
                        .putFields("image", Values.of("example.com/image:1.0"))
                        .putFields("insecure_options", texts("image", "tls", "ondisk"))
                        .build());
    }

    @Test
    void all_other_settings() {
        Struct config = config("""
                trust_prefix       = "example.com/redis"
                dns_servers        = ["8.8.8.8", "8.8.4.4"]
                dns_search_domains = ["example.com"]
                net                = ["host"]
                debug              = true
                no_overlay         = false
                group              = "staff"
                """);

        assertThat(config)
                .isEqualTo(Struct.newBuilder()
                        .putFields("trust_prefix", Values.of("example.com/redis"))
                        .putFields("dns_servers", texts("8.8.8.8", "8.8.4.4"))
                        .putFields("dns_search_domains", texts("example.com"))
                        .putFields("net", texts("host"))
                        .putFields("debug", Values.of(true))
                        .putFields("no_overlay", Values.of(false))
                        .putFields("group", Values.of("staff"))
                        .build());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "port_map { app = \"8080-tcp\" }",
                "port_map {\n  # If running an image that exposes port 8080\n  app = \"8080-tcp\"\n}",
                "port_map = { app = \"8080-tcp\" }",
                "port_map {\r\n\tapp = \"8080-tcp\" // comment }\r\n}"
            })
    void a_port_map(String portMap) {
        Value ports = Values.of(struct("app", Values.of("8080-tcp")));

        assertThat(config(portMap)).isEqualTo(struct("port_map", ports));
    }

    @Test
    void volumes() {
        assertThat(config("volumes = [\"/path/on/host:/path/in/container\", \"/other:/path:readOnly\"]"))
                .isEqualTo(struct("volumes", texts("/path/on/host:/path/in/container", "/other:/path:readOnly")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resources { network { mbits = 10  port \"app\" { static = 12345 } } }",
                "resources {\n\tnetwork {\n\t\tmbits = 10\n\t\tport \"app\" {\n\t\t    static = 12345\n\t\t}\n\t}\n}",
                "resources { network { mbits = \"10\"  port app { static = \"12345\" } } }"
            })
    void a_static_port(String resources) {
        Task task = task(resources);

        assertThat(task.getResources().getMbits()).isEqualTo(10);
        assertThat(task.getResources().getPortsList())
                .containsExactly(
                        Port.newBuilder().setLabel("app").setStaticPort(12_345).build());
        assertThat(task.getResources().hasCpu()).isFalse();
        assertThat(task.getResources().hasMemoryMib()).isFalse();
    }

    @Test
    void a_service() {
        assertThat(task("service { port = \"app\" }").getServicesList())
                .containsExactly(Service.newBuilder().setPort("app").build());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "constraint { attribute = \"${driver.rkt.version}\" operator = \">\" value = \"1.2\" }",
                "constraint { attribute = \"${driver.rkt.version}\", operator = \">\", value = \"1.2\" }",
                "constraint {\n  attribute = \"${driver.rkt.version}\"\n  operator  = \">\"\n  value     = \"1.2\"\n}",
                "# Only where rkt is newer.\n\"constraint\" { value = 1.2 operator = \">\"\nattribute"
                        + " = \"${driver.rkt.version}\" }"
            })
    void a_constraint_on_one_line_or_several(String constraint) {
        Job job = read("job \"docs\" { " + constraint + " }");

        assertThat(job)
                .isEqualTo(Job.newBuilder()
                        .setId("docs")
                        .addConstraints(Constraint.newBuilder()
                                .setAttribute("${driver.rkt.version}")
                                .setOperator(">")
                                .setValue("1.2"))
                        .build());
    }

    private static Struct config(String settings) {
        return task("config {\n" + settings + "\n}").getConfig();
    }

    private static Task task(String body) {
        return read("job \"docs\" { task \"webservice\" {\n" + body + "\n} }")
                .getTaskGroups(0)
                .getTasks(0);
    }

    private static Job read(String text) {
        return JobFiles.read("docs.hcl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static Struct struct(String key, Value value) {
        return Struct.newBuilder().putFields(key, value).build();
    }

    private static Value texts(String... texts) {
        return Value.newBuilder()
                .setListValue(ListValue.newBuilder()
                        .addAllValues(List.of(texts).stream().map(Values::of).toList()))
                .build();
    }
}
