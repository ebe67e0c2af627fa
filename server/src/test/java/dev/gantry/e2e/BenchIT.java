package dev.gantry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.gantry.e2e.Program.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs small measurements, so that none of the benchmarks stops working unnoticed. Their figures say nothing. */
@Timeout(180)
class BenchIT {

    @Test
    void placements_are_measured_from_the_call_of_submit() throws Exception {
        JsonObject report = run(
                "placements", "--nodes", "3", "--jobs", "2", "--tasks", "10", "--heap", "256m", "--java-option=-Xint");

        assertThat(report.get("placements").getAsInt()).isEqualTo(20);
        assertThat(report.keySet()).startsWith("load_before", "submit_seconds").contains("insert_ceiling_per_second");
        assertThat(report.get("placed_p99_ms").getAsDouble()).isPositive();
    }

    @Test
    void submissions_are_measured() throws Exception {
        JsonObject report = run("submissions", "--clients", "2", "--jobs", "20", "--warm-up", "5", "--heap", "256m");

        assertThat(report.get("jobs").getAsInt()).isEqualTo(20);
        assertThat(report.get("load_before").getAsDouble()).isNotNegative();
    }

    @Test
    void starts_after_a_kill_are_measured_until_the_right_answer() throws Exception {
        JsonObject report =
                run("restart", "--nodes", "3", "--jobs", "2", "--tasks", "10", "--runs", "2", "--heap", "256m");

        assertThat(report.get("allocations").getAsInt()).isEqualTo(20);
        assertThat(report.get("answers_p50_ms").getAsDouble()).isPositive();
        assertThat(report.get("plans_p50_ms").getAsDouble())
                .isGreaterThanOrEqualTo(report.get("answers_p50_ms").getAsDouble());
    }

    private static JsonObject run(String bench, String... arguments) throws InterruptedException {
        ProcessBuilder command = new ProcessBuilder(Program.command("bench", bench, "--json"));
        command.command().addAll(List.of(arguments));
        Outcome outcome = Program.run(command);
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        return JsonParser.parseString(outcome.output()).getAsJsonObject();
    }
}
