package dev.gantry.jobfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.model.JobDefaults;
import dev.gantry.v1.Job;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Tests that a job as Nomad's API has it is read like the file that says the same. */
class NomadJsonTest {

    private static final String WEB = """
            {
              "Job": {
                "ID": "web", "Name": "web", "ParentID": "", "Type": "service", "Region": "global",
                "Namespace": "default", "NodePool": "default", "Priority": 70, "Datacenters": ["dc1"], "AllAtOnce": false,
                "Constraints": [{"LTarget": "${attr.kernel.name}", "RTarget": "linux", "Operand": "="}],
                "Affinities": [{"LTarget": "${node.class}", "RTarget": "big", "Operand": "=", "Weight": -20}],
                "Spreads": [{"Attribute": "${node.datacenter}", "Weight": 50, "SpreadTarget": [{"Value": "dc1", "Percent": 70}]}],
                "TaskGroups": [{
                  "Name": "front", "Count": 0, "Update": {"Stagger": 30000000000, "MaxParallel": 2, "HealthCheck": "checks",
                  "MinHealthyTime": 10000000000, "HealthyDeadline": 300000000000, "ProgressDeadline": 0,
                  "AutoRevert": true, "AutoPromote": false, "Canary": 1},
                  "Migrate": null, "Constraints": null,
                  "EphemeralDisk": {"SizeMB": 300, "Sticky": true, "Migrate": false},
                  "RestartPolicy": {"Attempts": 0, "Interval": 1800000000000, "Delay": 15500000000, "Mode": "fail"},
                  "ReschedulePolicy": {"Attempts": 0, "Interval": 0, "Delay": 30000000000, "DelayFunction": "exponential",
                                       "MaxDelay": 3600000000000, "Unlimited": true},
                  "Tasks": [{
                    "Name": "server", "Driver": "rkt", "User": "",
                    "Config": {"image": "example.com/web:1", "args": ["-v", "${NOMAD_PORT_http}"], "port_map": [{"http": "8080-tcp"}]},
                    "Env": {"A": "1"}, "Vault": null, "Templates": null,
                    "Artifacts": [{"GetterSource": "https://example.com/a.zip", "GetterMode": "dir", "RelativeDest": "local/a",
                      "GetterOptions": {"checksum": "md5:x"}, "GetterHeaders": {"X-A": "b"}, "GetterInsecure": false, "Chown": true},
                      {"GetterSource": "https://example.com/b", "GetterMode": "any", "RelativeDest": "", "GetterOptions": null,
                      "GetterHeaders": null}],
                    "Services": [{"Id": "", "Name": "web", "PortLabel": "http", "Tags": ["a"], "CanaryTags": null, "AddressMode": "auto",
                      "Checks": [{"Id": "", "Name": "alive", "Type": "http", "Path": "/", "PortLabel": "",
                        "Interval": 10000000000, "Timeout": 2000000000, "Header": {"Host": ["a.example.com"]},
                        "TLSSkipVerify": false, "CheckRestart": {"Limit": 3, "Grace": 90000000000, "IgnoreWarnings": false}}]}],
                    "Resources": {"CPU": 250, "MemoryMB": 128, "DiskMB": 0, "IOPS": 0, "Networks": [{"Device": "", "CIDR": "", "IP": "",
                      "MBits": 5, "ReservedPorts": [{"Label": "admin", "Value": 9000}], "DynamicPorts": [{"Label": "http", "Value": 0}]}]},
                    "Meta": {"m": "1.10"}, "KillTimeout": 5000000000, "KillSignal": "SIGINT", "ShutdownDelay": 0,
                    "LogConfig": {"MaxFiles": 3, "MaxFileSizeMB": 5}, "Leader": false, "DispatchPayload": null
                  }]
                }],
                "Periodic": null, "ParameterizedJob": null, "Meta": null, "VaultToken": "", "Stop": false,
                "Status": "running", "Version": 3, "SubmitTime": 1700000000000000000, "CreateIndex": 7, "Stable": true
              }
            }
            """;

    @Test
    void a_job_of_the_api_is_the_same_job_as_in_hcl() {
        Job job = read("""
                job "web" {
                  name        = "web"
                  type        = "service"
                  priority    = 70
                  datacenters = ["dc1"]
                  constraint { attribute = "${attr.kernel.name}" operator = "=" value = "linux" }
                  affinity { attribute = "${node.class}" operator = "=" value = "big" weight = -20 }
                  spread {
                    attribute = "${node.datacenter}"
                    weight    = 50
                    target "dc1" { percent = 70 }
                  }
                  group "front" {
                    count = 0
                    update {
                      stagger          = "30s"
                      max_parallel     = 2
                      health_check     = "checks"
                      min_healthy_time = "10s"
                      healthy_deadline = "5m"
                      progress_deadline = "0s"
                      auto_revert      = true
                      canary           = 1
                    }
                    ephemeral_disk { size = 300 sticky = true }
                    restart { attempts = 0 interval = "30m" delay = "15.5s" mode = "fail" }
                    reschedule { delay = "30s" delay_function = "exponential" max_delay = "1h" unlimited = true }
                    task "server" {
                      driver = "rkt"
                      config {
                        image = "example.com/web:1"
                        args  = ["-v", "${NOMAD_PORT_http}"]
                        port_map { http = "8080-tcp" }
                      }
                      env { A = "1" }
                      service {
                        name = "web"
                        port = "http"
                        tags = ["a"]
                        check {
                          name     = "alive"
                          type     = "http"
                          path     = "/"
                          interval = "10s"
                          timeout  = "2s"
                          header { Host = ["a.example.com"] }
                          check_restart { limit = 3 grace = "90s" }
                        }
                      }
                      resources {
                        cpu    = 250
                        memory = 128
                        network {
                          mbits = 5
                          port "admin" { static = 9000 }
                          port "http" {}
                        }
                      }
                      artifact {
                        source      = "https://example.com/a.zip"
                        destination = "local/a"
                        mode        = "dir"
                        chown       = true
                        options { checksum = "md5:x" }
                        headers { X-A = "b" }
                      }
                      artifact {
                        source = "https://example.com/b"
                        mode   = "any"
                      }
                      meta { m = "1.10" }
                      kill_timeout = "5s"
                      kill_signal  = "SIGINT"
                      logs { max_files = 3 max_file_size = 5 }
                    }
                  }
                }
                """);

        assertThat(read(WEB)).isEqualTo(job);
        String bare = WEB.substring(WEB.indexOf("{", 2), WEB.lastIndexOf('}'));
        assertThat(read(bare)).as("without the outer object").isEqualTo(job);
    }

    @Test
    void a_periodic_and_a_parameterized_job_are_read() {
        assertThat(read(
                        "{\"ID\": \"p\", \"Type\": \"batch\", \"Periodic\": {\"Enabled\": true, \"Spec\": \"0 3 * * *\","
                                + " \"SpecType\": \"cron\", \"ProhibitOverlap\": true, \"TimeZone\": \"UTC\"}}"))
                .isEqualTo(read("job \"p\" { type = \"batch\" periodic { enabled = true cron = \"0 3 * * *\""
                        + " prohibit_overlap = true time_zone = \"UTC\" } }"));
        assertThat(read("{\"Job\": {\"ID\": \"d\", \"ParameterizedJob\": {\"Payload\": \"required\","
                        + " \"MetaRequired\": [\"a\"], \"MetaOptional\": null}}}"))
                .isEqualTo(read("job \"d\" { parameterized { payload = \"required\" meta_required = [\"a\"] } }"));
    }

    @Test
    void a_limit_of_0_for_updates_replaces_all_at_once_as_without_the_block() {
        Job without = JobDefaults.apply(read("{\"ID\": \"j\", \"TaskGroups\": [{\"Name\": \"g\"}]}"));

        assertThat(JobDefaults.apply(read("""
                        {"ID": "j", "Update": {"MaxParallel": 0, "Stagger": 30000000000},
                         "TaskGroups": [{"Name": "g", "Update": {"MaxParallel": 0, "Canary": 0, "MinHealthyTime": 1000000000}}]}
                        """))).isEqualTo(without);
        assertThat(JobDefaults.apply(read("""
                        {"ID": "j", "Update": {"MaxParallel": 2}, "TaskGroups": [{"Name": "g", "Update": {"MaxParallel": 0}}]}
                        """))).isEqualTo(without);
        assertThat(read("{\"ID\": \"j\", \"Update\": {\"Stagger\": 30000000000}}")
                        .hasUpdate())
                .isTrue();
    }

    @Test
    void a_0_that_nomad_takes_for_what_it_says_is_not_taken_for_unset() {
        assertThat(read("""
                        {"ID": "j", "TaskGroups": [{
                          "Name": "g",
                          "Update": {"MaxParallel": 2, "MinHealthyTime": 0, "ProgressDeadline": 0, "HealthyDeadline": 0},
                          "Migrate": {"MaxParallel": 0, "MinHealthyTime": 0},
                          "RestartPolicy": {"Attempts": 0, "Delay": 0},
                          "Tasks": [{
                            "Name": "t",
                            "Templates": [{"EmbeddedTmpl": "x", "DestPath": "local/x", "Splay": 0}],
                            "Services": [{"Checks": [{"CheckRestart": {"Limit": 1, "Grace": 0}}]}]
                          }]
                        }]}
                        """)).isEqualTo(read("""
                        job "j" {
                          group "g" {
                            update { max_parallel = 2 min_healthy_time = "0s" progress_deadline = "0s" }
                            migrate { max_parallel = 0 min_healthy_time = "0s" }
                            restart { attempts = 0 delay = "0s" }
                            task "t" {
                              template { data = "x" destination = "local/x" splay = "0s" }
                              service { check { check_restart { limit = 1 grace = "0s" } } }
                            }
                          }
                        }
                        """));
    }

    @Test
    void what_nomads_server_writes_into_jobs_that_do_not_ask_for_it_passes_and_nothing_else() {
        String job = """
                {"ID": "j", "TaskGroups": [{
                  "Name": "g",
                  "Consul": {"Cluster": "%s", "Namespace": "", "Partition": ""},
                  "Tasks": [{
                    "Name": "t",
                    "Identity": {"Audience": ["nomadproject.io"], "Env": %s, "File": false, "Name": "default", "TTL": 0},
                    "Services": [{"Name": "s", "Cluster": "default", "Kind": "", "Checks": [{"Type": "tcp", "Advertise": "", "Notes": ""}]}]
                  }]
                }]}
                """;

        assertThat(read(job.formatted("default", "false")))
                .isEqualTo(
                        read(
                                "job \"j\" { group \"g\" { task \"t\" { service { name = \"s\" check { type = \"tcp\" } } } } }"));
        assertThatThrownBy(() -> read(job.formatted("other", "true")))
                .hasMessageContaining("field \"Consul\"")
                .hasMessageContaining("field \"Identity\"");
    }

    @Test
    void what_gantry_does_not_know_is_refused_unless_it_is_not_set() {
        assertThat(read("{\"ID\": \"j\", \"Multiregion\": null, \"UI\": {}, \"Future\": false, \"Other\": 0}"))
                .isEqualTo(Job.newBuilder().setId("j").build());
        assertThatThrownBy(() -> read("""
                {"Job": {
                  "ID": "j",
                  "Future": 1,
                  "Stop": true,
                  "Priority": 101,
                  "TaskGroups": [{"Name": "g", "Count": "many", "EphemeralDisk": {"SizeMB": 0, "Sticky": false},
                    "Tasks": [{"Name": "t", "KillTimeout": -1, "Vault": {"Policies": ["p"]}}], "Tasks": []}]
                }}
                """)).hasMessage("""
                j.json:3:3: field "Future" of Nomad's jobs is not supported: take it out
                j.json:4:3: field "Stop" of Nomad's jobs is not supported: take it out
                j.json:5:15: priority must be a whole number from 1 to 100, not 101
                j.json:6:41: count must be a whole number of 0 or more, not "many"
                j.json:7:44: kill_timeout must be a duration, such as "30s" or "1h30m", not -1
                j.json:7:48: vault is not supported yet in a task block: take it out
                j.json:7:80: Tasks is set twice: take one out""");
    }

    @Test
    void text_that_is_not_json_is_refused_where_it_ends_to_be() {
        assertThatThrownBy(() -> read("{\"Job\": {\"ID\": }")).hasMessage("j.json:1:16: this is not JSON");
        assertThatThrownBy(() -> read("{\"ID\": \"j\"} x")).hasMessageStartingWith("j.json:1:1");
        assertThatThrownBy(() -> read("{\"A\":" + "[".repeat(100_000))).hasMessageContaining("this is not JSON");
    }

    private static Job read(String text) {
        return JobFiles.read("j.json", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
