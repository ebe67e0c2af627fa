package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.gantry.e2e.Program.Outcome;
import dev.gantry.store.PostgresAddress;
import dev.gantry.store.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Checks a cluster of this build under faults, for a while: longer with the profile {@code check}. */
@Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CheckIT {

    @TempDir
    Path dir;

    @Test
    void a_cluster_with_h2_keeps_all_rules_under_faults() throws Exception {
        assertKeepsAllRules(System.getProperty("gantry.check.h2", "15s"), List.of());
    }

    @Test
    void three_servers_on_postgresql_keep_all_rules_under_faults() throws Exception {
        PostgresAddress address =
                TestDatabase.POSTGRESQL.options(dir).postgres().orElseThrow();
        Path password =
                Files.writeString(dir.resolve("password"), address.password().orElseThrow());

        assertKeepsAllRules(
                System.getProperty("gantry.check.postgresql", "12s"),
                List.of(
                        "--servers=3",
                        "--db=" + address.url(),
                        "--db-user=" + address.user().orElseThrow(),
                        "--db-password-file=" + password));
    }

    private static void assertKeepsAllRules(String duration, List<String> database) throws InterruptedException {
        ProcessBuilder command = new ProcessBuilder(Program.command("check", "--json", "--duration=" + duration));
        command.command().addAll(database);

        Outcome outcome = Program.run(command);

        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        JsonObject report = JsonParser.parseString(
                        outcome.output().substring(outcome.output().indexOf("{\"seed\"")))
                .getAsJsonObject();
        assertThat(report.get("violations").getAsJsonArray()).isEmpty();
        assertThat(report.get("undecided").getAsJsonArray()).isEmpty();
        assertThat(report.get("calls").getAsInt()).isPositive();
        assertThat(report.get("starts").getAsInt()).isPositive();
        assertThat(report.get("faults").getAsJsonObject().size()).isPositive();
    }
}
