package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.gantry.e2e.Program.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs small measurements, so that none of the benchmarks stops working unnoticed. Their figures say nothing. */
class BenchIT {

    private static final String[] SECURITY = {
        "submissions_per_second",
        "placements_per_second",
        "sessions_per_second",
        "live_heap_mib",
        "direct_mib",
        "rss_mib"
    };

    @TempDir
    Path dir;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void all_that_the_bench_measures_is_one_json_object() throws Exception {
        boolean isRoot = System.getProperty("user.name").equals("root");
        List<String> arguments = new ArrayList<>(List.of("--small"));
        List<String> parts = new ArrayList<>(
                List.of("start", "placements", "submissions", "overload", "restart", "what_if", "idle", "security"));
        if (isRoot) {
            Path image = dir.resolve("hello.aci");
            Outcome built = Program.run(new ProcessBuilder(
                    Program.ROOT.resolve("docs/examples/make-aci.sh").toString(), image.toString()));
            assertThat(built).isEqualTo(new Outcome(0, ""));
            arguments.add("--image=" + image);
            parts.add("latency");
        }

        JsonObject report = run("all", arguments.toArray(String[]::new));

        assertThat(report.keySet()).contains("load_before").containsAll(parts);
        assertPositive(report, "start", "server_ready_ms", "version_p50_ms", "job_status_p50_ms", "job_status_cpu_ms");
        assertPositive(report, "placements", "placements_per_second", "insert_ceiling_per_second", "running_p99_ms");
        JsonObject placements = report.getAsJsonObject("placements");
        assertThat(placements.get("placements").getAsInt()).isEqualTo(40);
        assertThat(placements.keySet()).startsWith("load_before", "submit_seconds");
        assertPositive(report.getAsJsonObject("security"), "tls", SECURITY);
        assertPositive(report, "submissions", "jobs_per_second", "p99_ms");
        assertPositive(report, "overload", "sustainable_jobs_per_second", "stored_jobs_per_second", "recovery_ms");
        assertThat(report.getAsJsonObject("overload").get("nodes_lost").getAsInt())
                .isZero();
        assertPositive(report, "restart", "answers_p50_ms", "plans_p50_ms", "server_cpu_seconds");
        assertPositive(
                report, "what_if", "drain_few_allocations", "drain_few_p50_ms", "drain_quarter_max_ms", "grow_p50_ms");
        assertThat(report.getAsJsonObject("what_if").get("grow_allocations").getAsInt())
                .as("220 tasks of the first job instead of 20")
                .isEqualTo(200);
        assertPositive(report, "idle", "server_live_heap_mib");
        assertThat(report.getAsJsonObject("submissions").get("jobs").getAsInt()).isEqualTo(50);
        for (String part : List.of("restart", "what_if", "idle")) {
            assertThat(report.getAsJsonObject(part).get("allocations").getAsInt())
                    .as(part)
                    .isEqualTo(40);
        }
        JsonObject restart = report.getAsJsonObject("restart");
        assertThat(restart.get("plans_p50_ms").getAsDouble())
                .isGreaterThanOrEqualTo(restart.get("answers_p50_ms").getAsDouble());
        if (isRoot) {
            assertPositive(report, "idle", "node_mib", "node_tasks_mib");
            assertPositive(report, "latency", "bare_by_id_p50_ms", "bare_p50_ms");
        }
    }

    /** Returns the report. Lines about the progress stand before it. */
    private static JsonObject run(String bench, String... arguments) throws InterruptedException {
        ProcessBuilder command = new ProcessBuilder(Program.command("bench", bench, "--json"));
        command.command().addAll(List.of(arguments));
        Outcome outcome = Program.run(command);
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        return JsonParser.parseString(
                        outcome.output().substring(outcome.output().indexOf("{\"")))
                .getAsJsonObject();
    }

    private static void assertPositive(JsonObject report, String part, String... figures) {
        Map<String, JsonElement> measured = report.getAsJsonObject(part).asMap();
        for (String figure : figures) {
            assertThat(measured).as(part).containsKey(figure);
            assertThat(measured.get(figure).getAsDouble())
                    .as(part + "." + figure)
                    .isPositive();
        }
    }
}
