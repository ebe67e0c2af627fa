package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.api.CallLimits;
import dev.gantry.api.CallLimits.Limit;
import dev.gantry.audit.AuditOptions;
import dev.gantry.cluster.gc.GarbageThresholds;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.scheduler.state.SchedulerOptions.Algorithm;
import dev.gantry.store.Member;
import dev.gantry.store.PostgresAddress;
import dev.gantry.tls.ServerTls;
import dev.gantry.v1.JobType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ServerOptionsTest {

    @Test
    void a_server_that_is_told_nothing_packs_nodes_and_displaces_nothing() {
        assertThat(parse()).isEqualTo(SchedulerOptions.DEFAULT);
    }

    @Test
    void a_server_uses_h2_unless_a_database_is_named() throws IOException {
        assertThat(config().store(Member.unreachable("test")).postgres()).isEmpty();

        Path file = Files.writeString(Files.createTempFile("password", ""), "from-file\n");
        try {
            PostgresAddress address = config(
                            "--db",
                            "jdbc:postgresql://db/gantry?sslmode=verify-full",
                            "--db-user",
                            "gantry",
                            "--db-password-file",
                            file.toString())
                    .store(Member.unreachable("test"))
                    .postgres()
                    .orElseThrow();
            assertThat(address.user()).contains("gantry");
            assertThat(address.password()).contains("from-file");
            assertThat(address.toString()).isEqualTo("//db/gantry");
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void the_password_of_a_database_may_be_in_the_environment_but_not_in_an_argument() {
        DatabaseServerOptions options = new DatabaseServerOptions();
        new CommandLine(options).parseArgs("--db", "jdbc:postgresql://db/gantry");

        assertThat(options.toPostgres(Map.of("GANTRY_DB_PASSWORD", "from-environment"))
                        .orElseThrow()
                        .password())
                .contains("from-environment");
        assertThat(options.toPostgres(Map.of()).orElseThrow().password()).isEmpty();
        assertThatThrownBy(() -> config("--db", "jdbc:postgresql://db/gantry?user=x&password=secret-words"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--db-password-file")
                .hasMessageNotContaining("secret-words");
    }

    @Test
    void a_database_of_another_kind_and_a_role_without_a_database_are_refused() {
        assertThatThrownBy(() -> config("--db", "jdbc:mysql://db/gantry"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must begin with jdbc:postgresql:");
        assertThatThrownBy(() -> config("--db-user", "gantry"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name it with --db");
        assertThatThrownBy(() -> config("--db", "jdbc:postgresql://db/gantry", "--db-password-file", "/no/such/file"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/no/such/file can't be read");
    }

    @Test
    void preemption_is_for_the_types_that_are_named() {
        assertThat(parse("--preemption", "service,batch", "--placement", "spread"))
                .isEqualTo(new SchedulerOptions(
                        Algorithm.SPREAD, Set.of(JobType.JOB_TYPE_SERVICE, JobType.JOB_TYPE_BATCH)));
    }

    @Test
    void how_long_what_has_ended_is_kept_can_be_said_and_is_as_in_nomad_otherwise() {
        assertThat(config().garbage()).isEqualTo(GarbageThresholds.DEFAULT);
        assertThat(config().garbageInterval()).isEqualTo(Duration.ofMinutes(5));

        ServerConfig config = config(
                "--job-gc-interval",
                "PT10S",
                "--job-gc-threshold",
                "PT2H",
                "--eval-gc-threshold",
                "PT0S",
                "--deployment-gc-threshold",
                "PT3M",
                "--node-gc-threshold",
                "P3D",
                "--job-tracked-versions",
                "2");

        assertThat(config.garbageInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.garbage())
                .isEqualTo(new GarbageThresholds(
                        Duration.ZERO,
                        Duration.ofMinutes(3),
                        Duration.ofHours(2),
                        Duration.ofDays(3),
                        Duration.ofDays(1),
                        50,
                        2));
    }

    @Test
    void a_server_keeps_one_version_of_each_job_at_least_and_does_not_look_without_a_pause() {
        assertThatThrownBy(() -> config("--job-tracked-versions", "0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not 0");
        assertThatThrownBy(() -> config("--job-gc-interval", "PT0S"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PT0S");
        assertThatThrownBy(() -> config("--eval-gc-threshold", "PT-1S"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("evaluations is PT-1S");
    }

    @Test
    void tls_needs_a_certificate_its_key_and_a_ca_and_is_version_1_3_unless_1_2_is_allowed() {
        assertThat(config().tls()).isEmpty();
        assertThat(config("--tls-cert", "a", "--tls-key", "b", "--tls-ca", "c").tls())
                .contains(new ServerTls(Path.of("a"), Path.of("b"), Path.of("c"), ServerTls.Version.TLS_1_3, false));
        assertThat(config(
                                "--tls-cert",
                                "a",
                                "--tls-key",
                                "b",
                                "--tls-ca",
                                "c",
                                "--tls-min-version",
                                "1.2",
                                "--tls-verify-client")
                        .tls())
                .contains(new ServerTls(Path.of("a"), Path.of("b"), Path.of("c"), ServerTls.Version.TLS_1_2, true));
        for (String[] part : new String[][] {
            {"--tls-cert", "a"}, {"--tls-ca", "c"}, {"--tls-cert", "a", "--tls-key", "b"}, {"--tls-verify-client"}
        }) {
            assertThatThrownBy(() -> config(part))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("--tls-cert FILE, --tls-key FILE and --tls-ca FILE");
        }
        assertThatThrownBy(() -> config("--tls-min-version", "1.1")).hasMessageContaining("\"1.1\" is not 1.2 or 1.3");
    }

    @Test
    void a_server_that_makes_its_own_certificate_is_called_by_its_address_its_machine_and_more_names() {
        ServerTls tls = config(
                        "--tls",
                        "--listen",
                        "127.0.0.2:0",
                        "--tls-name",
                        "gantry.example.com",
                        "--tls-name",
                        "192.0.2.7")
                .tls()
                .orElseThrow();

        assertThat(tls.ownNames().orElseThrow())
                .startsWith("localhost", "127.0.0.1", "::1")
                .contains("127.0.0.2", "gantry.example.com", "192.0.2.7");
        assertThat(tls.certificate().toString()).endsWith("/server/tls/server.crt");
        assertThatThrownBy(() -> config("--tls", "--tls-cert", "a"))
                .hasMessageContaining("say either it, or --tls-cert");
        assertThatThrownBy(() -> config("--tls-name", "a")).hasMessageContaining("--tls-name is for --tls");
        assertThatThrownBy(() -> config("--tls", "--tls-name", "a b"))
                .hasMessage("--tls-name \"a b\" is no DNS name and no IP address");
    }

    @Test
    void a_server_asks_for_tokens_unless_it_is_told_not_to_and_then_it_listens_on_loopback_only() {
        assertThat(config().isInsecure()).isFalse();
        assertThat(config("--insecure").isInsecure()).isTrue();
        assertThat(config("--insecure", "--listen", "[::1]:7470").isInsecure()).isTrue();
        assertThatThrownBy(() -> config("--insecure", "--listen", "0.0.0.0:7470"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("whoever reaches 0.0.0.0:7470 could do everything: listen on loopback");
    }

    @Test
    void calls_are_recorded_in_the_data_directory_unless_another_file_or_none_is_named() {
        AuditOptions usual = config().audit().orElseThrow();
        assertThat(usual.file()).isEqualTo(config().storeDir().resolve("audit.log"));
        assertThat(usual.maxBytes()).isEqualTo(64 * 1024 * 1024);
        assertThat(usual.maxFiles()).isEqualTo(8);
        assertThat(usual.isSync() || usual.isRequired()).isFalse();

        assertThat(config(
                                "--audit-log",
                                "/a/b",
                                "--audit-max-size",
                                "1",
                                "--audit-max-files",
                                "2",
                                "--audit-sync",
                                "--audit-required")
                        .audit())
                .contains(new AuditOptions(Path.of("/a/b"), 1024 * 1024, 2, true, true));
        assertThat(config("--audit-log", "off").audit()).isEmpty();

        assertThatThrownBy(() -> config("--audit-log", "off", "--audit-required"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--audit-log off excludes");
        assertThatThrownBy(() -> config("--audit-max-files", "0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--audit-max-files must be 1 to 10000, not 0");
    }

    @Test
    void the_limits_of_callers_are_those_that_the_page_names_unless_others_are_given() throws IOException {
        CallLimits usual = config().limits();
        assertThat(Files.readString(Path.of("../docs/security.md")))
                .contains(
                        limitsRow("calls", usual.token().calls(), usual.peer().calls()),
                        limitsRow(
                                "streams", usual.token().streams(), usual.peer().streams()),
                        limitsRow("mib", usual.token().mebibytes(), usual.peer().mebibytes()));

        assertThat(config(
                                "--token-calls",
                                "1",
                                "--token-streams",
                                "2",
                                "--token-mib",
                                "3",
                                "--peer-calls",
                                "4",
                                "--peer-streams",
                                "5",
                                "--peer-mib",
                                "0")
                        .limits())
                .isEqualTo(new CallLimits(new Limit(1, 2, 3), new Limit(4, 5, 0)));
        assertThatThrownBy(() -> config("--peer-calls", "-1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--peer-calls, --peer-streams and --peer-mib must be 0 or more");
    }

    private static String limitsRow(String limit, int token, int peer) {
        return "| `--token-%s`: %,d | `--peer-%s`: %,d |".formatted(limit, token, limit, peer);
    }

    @Test
    void a_server_listens_beyond_this_machine_only_with_tls() {
        assertThat(config("--listen", "0.0.0.0:7470", "--tls").tls()).isPresent();
        assertThatThrownBy(() -> config("--listen", "0.0.0.0:7999"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("others could read tokens on their way to 0.0.0.0:7999")
                .hasMessageContaining("say --tls")
                .hasMessageEndingWith("such as --listen 127.0.0.1:7999");
    }

    private static SchedulerOptions parse(String... args) {
        return config(args).scheduling();
    }

    private static ServerConfig config(String... args) {
        ServerOptions options = new ServerOptions();
        new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(args);
        return options.toConfig(Path.of("data"));
    }
}
