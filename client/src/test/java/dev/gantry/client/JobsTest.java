package dev.gantry.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormat.ParseException;
import dev.gantry.v1.Job;
import dev.gantry.v1.Task;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class JobsTest {

    @Test
    void a_described_job_says_exactly_what_was_described() throws ParseException {
        Job job = Jobs.service("web")
                .name("The web")
                .priority(70)
                .datacenters("dc1", "dc2")
                .constraint("${driver.rkt.version}", ">", "1.2")
                .meta("owner", "ops")
                .group(Jobs.group("front")
                        .count(2)
                        .constraint("${meta.rack}", "distinct_property", "")
                        .meta("tier", "1")
                        .task(Jobs.rkt("nginx", "/srv/nginx.aci")
                                .command("/bin/nginx")
                                .args("-bind", "${NOMAD_PORT_http}")
                                .args("-v")
                                .env("A", "b")
                                .user("nobody")
                                .cpu(200)
                                .memory(64)
                                .port("http")
                                .staticPort("admin", 12345)
                                .service("web", "http", "public")))
                .build();

        assertThat(job).isEqualTo(TextFormat.parse("""
                        id: "web" name: "The web" type: JOB_TYPE_SERVICE priority: 70
                        datacenters: "dc1" datacenters: "dc2"
                        constraints { attribute: "${driver.rkt.version}" operator: ">" value: "1.2" }
                        meta { key: "owner" value: "ops" }
                        task_groups {
                          name: "front" count: 2
                          constraints { attribute: "${meta.rack}" operator: "distinct_property" }
                          meta { key: "tier" value: "1" }
                          tasks {
                            name: "nginx" driver: "rkt" user: "nobody"
                            env { key: "A" value: "b" }
                            config {
                              fields { key: "image" value { string_value: "/srv/nginx.aci" } }
                              fields { key: "command" value { string_value: "/bin/nginx" } }
                              fields { key: "args" value { list_value {
                                values { string_value: "-bind" }
                                values { string_value: "${NOMAD_PORT_http}" }
                                values { string_value: "-v" }
                              } } }
                            }
                            resources {
                              cpu: 200 memory_mib: 64
                              ports { label: "http" }
                              ports { label: "admin" static_port: 12345 }
                            }
                            services { name: "web" port: "http" tags: "public" }
                          }
                        }
                        """, Job.class));
    }

    @Test
    void each_setting_of_the_rkt_driver_has_its_documented_key() throws ParseException {
        Task task = Jobs.rkt("redis", "docker://redis:latest")
                .trustPrefix("coreos.com/etcd")
                .dnsServers("8.8.8.8")
                .dnsSearchDomains("example.org")
                .net("default")
                .mapPort("db", "6379-tcp")
                .volume("/data", "/var/data")
                .readOnlyVolume("conf", "/etc/redis")
                .insecureOptions("image", "tls")
                .noOverlay()
                .debug()
                .group("redis")
                .build();

        assertThat(task).isEqualTo(TextFormat.parse("""
                        name: "redis" driver: "rkt" resources {}
                        config {
                          fields { key: "image" value { string_value: "docker://redis:latest" } }
                          fields { key: "trust_prefix" value { string_value: "coreos.com/etcd" } }
                          fields { key: "dns_servers" value { list_value { values { string_value: "8.8.8.8" } } } }
                          fields { key: "dns_search_domains"
                                   value { list_value { values { string_value: "example.org" } } } }
                          fields { key: "net" value { list_value { values { string_value: "default" } } } }
                          fields { key: "port_map"
                                   value { struct_value { fields { key: "db" value { string_value: "6379-tcp" } } } } }
                          fields { key: "volumes" value { list_value {
                            values { string_value: "/data:/var/data" }
                            values { string_value: "conf:/etc/redis:readOnly" }
                          } } }
                          fields { key: "insecure_options" value { list_value {
                            values { string_value: "image" }
                            values { string_value: "tls" }
                          } } }
                          fields { key: "no_overlay" value { bool_value: true } }
                          fields { key: "debug" value { bool_value: true } }
                          fields { key: "group" value { string_value: "redis" } }
                        }
                        """, Task.class));
    }

    @Test
    void what_was_built_does_not_change_when_its_builder_goes_on() {
        RktTaskBuilder builder = Jobs.rkt("a", "a.aci").args("1");
        Task before = builder.build();

        builder.args("2").env("K", "V").cpu(1);

        assertThat(before).isEqualTo(Jobs.rkt("a", "a.aci").args("1").build());
    }

    @Test
    void delays_grow_up_to_the_longest_one() {
        RetryPolicy policy = new RetryPolicy(5, Duration.ofMillis(100), Duration.ofMillis(350), 2);

        assertThat(policy.delay(1)).hasMillis(100);
        assertThat(policy.delay(2)).hasMillis(200);
        assertThat(policy.delay(3)).hasMillis(350);
        assertThat(policy.delay(1000)).hasMillis(350);
    }

    @Test
    void a_retry_policy_out_of_range_is_refused() {
        Duration second = Duration.ofSeconds(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryPolicy(0, second, second, 1))
                .withMessage("maxAttempts is 0: must be 1 to 20");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryPolicy(1, Duration.ZERO, second, 1))
                .withMessageContaining("initialBackoff");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryPolicy(1, second, Duration.ofMillis(1), 1))
                .withMessageContaining("maxBackoff");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryPolicy(1, second, second, 0.5))
                .withMessageContaining("multiplier");
    }

    @Test
    void a_described_template_says_exactly_what_was_described() throws ParseException {
        Task task = Jobs.rkt("web", "/srv/web.aci")
                .template(
                        Jobs.template("local/upstreams.conf", "{{ range nomadService \"db\" }}{{ .Address }}{{ end }}")
                                .signalOnChange("SIGHUP")
                                .splay(Duration.ofMillis(1500))
                                .perms("0640")
                                .owner(100, 101),
                        Jobs.templateFile("secrets/env", "local/env.tpl")
                                .env()
                                .noopOnChange()
                                .delimiters("[[", "]]")
                                .errorOnMissingKey())
                .build();

        assertThat(task.getTemplatesList())
                .isEqualTo(TextFormat.parse("""
                                templates {
                                  destination: "local/upstreams.conf"
                                  data: "{{ range nomadService \\"db\\" }}{{ .Address }}{{ end }}"
                                  change_mode: TEMPLATE_CHANGE_MODE_SIGNAL change_signal: "SIGHUP"
                                  splay { seconds: 1 nanos: 500000000 } perms: "0640" uid: 100 gid: 101
                                }
                                templates {
                                  destination: "secrets/env" source: "local/env.tpl" env: true
                                  change_mode: TEMPLATE_CHANGE_MODE_NOOP
                                  left_delimiter: "[[" right_delimiter: "]]" error_on_missing_key: true
                                }
                                """, Task.class).getTemplatesList());
    }
}
