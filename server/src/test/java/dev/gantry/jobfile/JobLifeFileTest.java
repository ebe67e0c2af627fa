package dev.gantry.jobfile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import com.google.protobuf.TextFormat;
import com.google.protobuf.TextFormat.ParseException;
import com.google.protobuf.util.Durations;
import dev.gantry.model.JobDefaults;
import dev.gantry.v1.CheckRestart;
import dev.gantry.v1.HealthCheck;
import dev.gantry.v1.Job;
import dev.gantry.v1.LogConfig;
import dev.gantry.v1.MigrateStrategy;
import dev.gantry.v1.Task;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.UpdateStrategy;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the parsing of updates, restarts, reschedules, lifecycles, periodic and parameterized jobs. */
class JobLifeFileTest {

    @Test
    void the_life_of_a_service_is_read_for_all_it_says() throws ParseException {
        Job job = read("""
                job "web" {
                  type = "service"
                  affinity { attribute = "${node.class}" value = "large" weight = -20 }
                  affinity { attribute = "${driver.rkt.version}" version = ">= 1.30" }
                  spread {
                    attribute = "${node.datacenter}"
                    weight    = 80
                    target "dc1" { percent = 60 }
                    target "dc2" { percent = 40 }
                  }
                  update {
                    max_parallel      = 2
                    health_check      = "task_states"
                    min_healthy_time  = "15s"
                    healthy_deadline  = "2m"
                    progress_deadline = "0s"
                    auto_revert       = true
                    auto_promote      = true
                    canary            = 1
                  }
                  group "front" {
                    affinity { attribute = "${meta.disk}" value = "ssd" }
                    spread { attribute = "${meta.rack}" }
                    ephemeral_disk { size = 500 sticky = true migrate = true }
                    restart { attempts = 0 interval = "5m" delay = "25s" mode = "delay" }
                    reschedule {
                      attempts       = 3
                      interval       = "1h"
                      delay          = "500ms"
                      delay_function = "fibonacci"
                      max_delay      = "1h30m"
                      unlimited      = false
                    }
                    task "server" {
                      driver       = "rkt"
                      kill_timeout = "30s"
                      kill_signal  = "SIGINT"
                      affinity { attribute = "${attr.cpu.arch}" value = "amd64" }
                      service {
                        name = "web"
                        port = "http"
                        check {
                          name     = "alive"
                          type     = "http"
                          path     = "/health"
                          method   = "HEAD"
                          port     = "admin"
                          interval = "5s"
                          timeout  = "1s"
                          check_restart { limit = 3 grace = "90s" }
                        }
                        check { type = "script" command = "/bin/check" args = ["-v"] }
                        canary_tags = ["canary"]
                        check {
                          type            = "http"
                          path            = "/"
                          address_mode    = "host"
                          initial_status  = "passing"
                          protocol        = "https"
                          tls_skip_verify = true
                          header {
                            Authorization = ["Basic ZzpnCg=="]
                            X-Two         = ["a", "b"]
                          }
                          check_restart { limit = 1 ignore_warnings = true }
                        }
                        check { type = "grpc" grpc_service = "api" grpc_use_tls = true initial_status = "warning" }
                      }
                    }
                    task "migrate" {
                      driver = "rkt"
                      lifecycle { hook = "prestart" sidecar = false }
                    }
                    task "proxy" {
                      driver = "rkt"
                      lifecycle { hook = "prestart" sidecar = true }
                    }
                  }
                }
                """);

        assertThat(job).isEqualTo(TextFormat.parse("""
                        id: "web" type: JOB_TYPE_SERVICE
                        affinities { attribute: "${node.class}" value: "large" weight: -20 }
                        affinities { attribute: "${driver.rkt.version}" operator: "version" value: ">= 1.30" }
                        spreads {
                          attribute: "${node.datacenter}" weight: 80
                          targets { value: "dc1" percent: 60 } targets { value: "dc2" percent: 40 }
                        }
                        update {
                          max_parallel: 2 health_check: HEALTH_CHECK_TASK_STATES
                          min_healthy_time { seconds: 15 } healthy_deadline { seconds: 120 } progress_deadline { }
                          auto_revert: true auto_promote: true canary: 1
                        }
                        task_groups {
                          name: "front"
                          affinities { attribute: "${meta.disk}" value: "ssd" }
                          spreads { attribute: "${meta.rack}" }
                          ephemeral_disk { size_mib: 500 sticky: true migrate: true }
                          restart { attempts: 0 interval { seconds: 300 } delay { seconds: 25 } mode: RESTART_MODE_DELAY }
                          reschedule {
                            attempts: 3 interval { seconds: 3600 } delay { nanos: 500000000 }
                            delay_function: DELAY_FUNCTION_FIBONACCI max_delay { seconds: 5400 } unlimited: false
                          }
                          tasks {
                            name: "server" driver: "rkt" kill_timeout { seconds: 30 } kill_signal: "SIGINT"
                            affinities { attribute: "${attr.cpu.arch}" value: "amd64" }
                            services {
                              name: "web" port: "http"
                              checks {
                                name: "alive" type: CHECK_TYPE_HTTP path: "/health" method: "HEAD" port: "admin"
                                interval { seconds: 5 } timeout { seconds: 1 }
                                check_restart { limit: 3 grace { seconds: 90 } }
                              }
                              checks { type: CHECK_TYPE_SCRIPT command: "/bin/check" args: "-v" }
                              canary_tags: "canary"
                              checks {
                                type: CHECK_TYPE_HTTP path: "/" passes_initially: true protocol: "https"
                                tls_skip_verify: true
                                headers { name: "Authorization" values: "Basic ZzpnCg==" }
                                headers { name: "X-Two" values: "a" values: "b" }
                                check_restart { limit: 1 ignore_warnings: true }
                              }
                              checks { type: CHECK_TYPE_GRPC grpc_service: "api" grpc_use_tls: true }
                            }
                          }
                          tasks { name: "migrate" driver: "rkt" lifecycle { hook: LIFECYCLE_HOOK_PRESTART } }
                          tasks {
                            name: "proxy" driver: "rkt" lifecycle { hook: LIFECYCLE_HOOK_PRESTART sidecar: true }
                          }
                        }
                        """, Job.class));
    }

    @Test
    void schedules_and_payloads_are_read() throws ParseException {
        assertThat(read("""
                job "report" {
                  type = "batch"
                  periodic { cron = "0 3 * * *" prohibit_overlap = true time_zone = "Europe/Berlin" }
                  parameterized { payload = "required" meta_required = ["input"] meta_optional = ["level"] }
                  task "t" { dispatch_payload { file = "in.json" } }
                }
                """)).isEqualTo(TextFormat.parse("""
                        id: "report" type: JOB_TYPE_BATCH
                        periodic { cron: "0 3 * * *" prohibit_overlap: true time_zone: "Europe/Berlin" }
                        parameterized {
                          payload: PAYLOAD_RULE_REQUIRED meta_required: "input" meta_optional: "level"
                        }
                        task_groups { name: "t" tasks { name: "t" dispatch_payload_file: "in.json" } }
                        """, Job.class));
    }

    @Test
    void several_schedules_are_read_from_a_list() {
        Job job = read("""
                job "report" { periodic { crons = ["0 3 * * *", "@weekly"] } }
                """);

        assertThat(job.getPeriodic().getCronsList()).containsExactly("0 3 * * *", "@weekly");
        assertThat(job.getPeriodic().getCron()).isEmpty();
    }

    @Test
    void a_shutdown_delay_of_a_group_passes_before_that_of_each_main_task_or_of_its_leader() {
        String file = """
                job "web" {
                  group "front" {
                    shutdown_delay = "10s"
                    task "a" { shutdown_delay = "5s" %s }
                    task "b" {}
                    task "proxy" { lifecycle { hook = "prestart" sidecar = true } }
                  }
                }
                """;

        assertThat(delays(read(file.formatted("")))).containsExactly(15L, 10L, 0L);
        assertThat(delays(read(file.formatted("leader = true")))).containsExactly(15L, 0L, 0L);
    }

    private static Stream<Long> delays(Job job) {
        return job.getTaskGroups(0).getTasksList().stream()
                .map(task -> task.getShutdownDelay().getSeconds());
    }

    @Test
    void a_limit_of_0_is_read() {
        Job job = read("""
                job "web" {
                  update { max_parallel = 2 canary = 1 }
                  group "at-once" {
                    update { max_parallel = 0 }
                    migrate { max_parallel = 0 }
                  }
                  group "in-steps" { update {} }
                }
                """);

        UpdateStrategy atOnce = job.getTaskGroups(0).getUpdate();
        assertThat(atOnce.hasMaxParallel()).isTrue();
        assertThat(atOnce.getMaxParallel()).isZero();
        assertThat(atOnce.getCanary())
                .as("those of the job are not for this group")
                .isZero();
        assertThat(job.getTaskGroups(0).getMigrate().hasMaxParallel()).isTrue();
        assertThat(job.getTaskGroups(1).getUpdate().getMaxParallel()).isEqualTo(2);
    }

    @Test
    void what_a_job_says_of_updates_holds_for_each_key_that_a_group_does_not_set() {
        Job job = read("""
                job "web" {
                  update { max_parallel = 3 auto_revert = true }
                  group "own" { update { max_parallel = 1 canary = 1 } }
                  group "none" {}
                }
                """);

        assertThat(job.getTaskGroups(0).getUpdate())
                .isEqualTo(UpdateStrategy.newBuilder()
                        .setMaxParallel(1)
                        .setAutoRevert(true)
                        .setCanary(1)
                        .build());
        assertThat(job.getTaskGroups(1).hasUpdate()).isFalse();
    }

    @Test
    void what_a_job_says_of_migrations_holds_for_each_key_that_a_group_does_not_set() {
        Job job = read("""
                job "web" {
                  update { stagger = "10s" }
                  migrate { max_parallel = 3 healthy_deadline = "1m" }
                  group "own" { migrate { max_parallel = 2 health_check = "task_states" min_healthy_time = "5s" } }
                  group "none" {}
                }
                """);

        MigrateStrategy own = job.getTaskGroups(0).getMigrate();
        assertThat(job.getUpdate().getStagger().getSeconds()).isEqualTo(10);
        assertThat(job.getMigrate().getMaxParallel()).isEqualTo(3);
        assertThat(own.getMaxParallel()).isEqualTo(2);
        assertThat(own.getHealthCheck()).isEqualTo(HealthCheck.HEALTH_CHECK_TASK_STATES);
        assertThat(own.getMinHealthyTime().getSeconds()).isEqualTo(5);
        assertThat(own.getHealthyDeadline().getSeconds()).isEqualTo(60);
        assertThat(job.getTaskGroups(1).hasMigrate()).isFalse();
        assertThat(JobDefaults.apply(job).getTaskGroups(1).getMigrate())
                .isEqualTo(JobDefaults.apply(job).getMigrate());
    }

    @Test
    void a_task_can_be_the_leader_and_can_have_a_shutdown_delay() {
        Job job = read("""
                job "web" {
                  task "t" {
                    leader         = true
                    shutdown_delay = "1.5s"
                  }
                }
                """);

        assertThat(job.getTaskGroups(0).getTasks(0))
                .isEqualTo(Task.newBuilder()
                        .setName("t")
                        .setLeader(true)
                        .setShutdownDelay(Durations.fromMillis(1500))
                        .build());
    }

    @Test
    void what_gantry_can_not_do_yet_is_no_fault_where_it_asks_for_nothing() {
        Job job = read("""
                job "web" {
                  region      = "global"
                  namespace   = "default"
                  all_at_once = true
                  vault_token = ""
                  periodic { cron = "@daily" enabled = true }
                  task "t" {
                    resources { iops = 0 }
                    service {
                      address_mode = "auto"
                      check {
                        protocol        = "http"
                        address_mode    = "host"
                        initial_status  = "critical"
                        tls_skip_verify = false
                        check_restart { ignore_warnings = false }
                      }
                    }
                  }
                }
                """);

        assertThat(job.getTaskGroups(0).getTasks(0).getServices(0).getChecksCount())
                .isEqualTo(1);
    }

    @Test
    void what_a_job_says_of_reschedules_holds_for_its_groups() {
        Job job = read("""
                job "web" {
                  reschedule { attempts = 2 delay = "1m" }
                  group "own" { reschedule { delay = "2m" } }
                  task "alone" {}
                }
                """);

        TaskGroup alone = job.getTaskGroups(0);
        TaskGroup own = job.getTaskGroups(1);
        assertThat(alone.getReschedule().getAttempts()).isEqualTo(2);
        assertThat(alone.getReschedule().getDelay().getSeconds()).isEqualTo(60);
        assertThat(own.getReschedule().getAttempts()).isEqualTo(2);
        assertThat(own.getReschedule().getDelay().getSeconds()).isEqualTo(120);
    }

    @Test
    void a_check_restart_of_a_service_holds_for_its_checks() {
        Job job = read("""
                job "web" {
                  task "t" {
                    service {
                      check_restart { limit = 3 }
                      check { type = "tcp" }
                      check { type = "tcp" name = "b" check_restart { limit = 5 } }
                    }
                  }
                }
                """);

        assertThat(job.getTaskGroups(0).getTasks(0).getServices(0).getChecksList())
                .extracting(check -> check.getCheckRestart())
                .containsExactly(
                        CheckRestart.newBuilder().setLimit(3).build(),
                        CheckRestart.newBuilder().setLimit(5).build());
    }

    @ParameterizedTest
    @CsvSource({
        "\"30s\", 30, 0",
        "\"1h30m\", 5400, 0",
        "\"1.5h\", 5400, 0",
        "\"1m0.25s\", 60, 250000000",
        "\"100ms\", 0, 100000000",
        "\"2us\", 0, 2000",
        "\"0\", 0, 0",
        "0, 0, 0"
    })
    void durations_are_read_as_nomad_writes_them(String written, long seconds, int nanos) {
        Job job = read("job \"j\" { task \"t\" { kill_timeout = " + written + " } }");

        assertThat(job.getTaskGroups(0).getTasks(0).getKillTimeout())
                .isEqualTo(Duration.newBuilder()
                        .setSeconds(seconds)
                        .setNanos(nanos)
                        .build());
    }

    @Test
    void how_much_output_is_kept_is_read_as_it_is_said() {
        Job job = read("job \"j\" { task \"t\" { logs { max_files = 3 max_file_size = 15 disabled = true } } }");

        assertThat(job.getTaskGroups(0).getTasks(0).getLogs())
                .isEqualTo(LogConfig.newBuilder()
                        .setMaxFiles(3)
                        .setMaxFileSizeMib(15)
                        .setDisabled(true)
                        .build());
        assertThat(read("job \"j\" { task \"t\" {} }")
                        .getTaskGroups(0)
                        .getTasks(0)
                        .hasLogs())
                .isFalse();
    }

    private static Job read(String text) {
        return JobFiles.read("j.hcl", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void artifacts_are_read_in_their_order_in_both_languages() throws ParseException {
        String artifacts = """
                artifact {
                  source      = "https://example.com/a.tar.gz"
                  destination = "local/a"
                  mode        = "dir"
                  chown       = true
                  options {
                    checksum = "md5:d41d8cd98f00b204e9800998ecf8427e"
                    archive  = false
                    depth    = 1
                  }
                  headers {
                    Authorization = "Bearer ${var.jobs/j.token}"
                    X-Tag         = "${meta.tag}"
                  }
                }
                artifact { source = "git::https://example.com/b" }
                """;
        Job hcl1 = read("job \"j\" { task \"t\" { driver = \"rkt\" %s } }".formatted(artifacts));
        Job hcl2 = read("locals { d = \"rkt\" }\njob \"j\" {\n task \"t\" {\n driver = local.d\n %s }\n }"
                .formatted(artifacts
                        .replace(
                                "{ source = \"git::https://example.com/b\" }",
                                "{\n source = \"git::https://example.com/b\"\n }")
                        .replace("options {", "options = {")));

        assertThat(hcl1.getTaskGroups(0).getTasks(0).getArtifactsList())
                .containsExactlyElementsOf(TextFormat.parse("""
                        artifacts {
                          source: 'https://example.com/a.tar.gz' destination: 'local/a' mode: ARTIFACT_MODE_DIR chown: true
                          options { key: 'checksum' value: 'md5:d41d8cd98f00b204e9800998ecf8427e' }
                          options { key: 'archive' value: 'false' } options { key: 'depth' value: '1' }
                          headers { key: 'Authorization' value: 'Bearer ${var.jobs/j.token}' }
                          headers { key: 'X-Tag' value: '${meta.tag}' }
                        }
                        artifacts { source: 'git::https://example.com/b' }
                        """, Task.class).getArtifactsList());
        assertThat(hcl2.getTaskGroups(0).getTasks(0))
                .isEqualTo(hcl1.getTaskGroups(0).getTasks(0));
    }
}
