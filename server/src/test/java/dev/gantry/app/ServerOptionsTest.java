package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.scheduler.SchedulerOptions;
import dev.gantry.scheduler.SchedulerOptions.Algorithm;
import dev.gantry.v1.JobType;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ServerOptionsTest {

    @Test
    void a_server_that_is_told_nothing_packs_nodes_and_displaces_nothing() {
        assertThat(parse()).isEqualTo(SchedulerOptions.DEFAULT);
    }

    @Test
    void preemption_is_for_the_types_that_are_named() {
        assertThat(parse("--preemption", "service,batch", "--placement", "spread"))
                .isEqualTo(new SchedulerOptions(
                        Algorithm.SPREAD, Set.of(JobType.JOB_TYPE_SERVICE, JobType.JOB_TYPE_BATCH)));
    }

    private static SchedulerOptions parse(String... args) {
        ServerOptions options = new ServerOptions();
        new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(args);
        return options.toConfig(Path.of("data")).scheduling();
    }
}
