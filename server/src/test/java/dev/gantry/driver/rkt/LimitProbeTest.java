package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LimitProbeTest {

    private final LimitProbe probe = new LimitProbe(
            new CommandRunner(ProgramStart.with(HostEnvironment.forRkt(System.getenv()), DriverFixture.LIMITS)),
            Duration.ofSeconds(20));

    @Test
    void limits_that_can_be_set_have_no_fault() throws Exception {
        assertThat(probe.fault(ResourceLimits.ofTask(Map.of()))).isEmpty();
        assertThat(probe.fault(ResourceLimits.ofTask(Map.of("nofile", "20:30", "core", "0"))))
                .isEmpty();
    }

    @Test
    void a_limit_above_what_the_node_may_have_is_named_with_its_value_and_the_capability_that_it_needs()
            throws Exception {
        assertThat(probe.fault(ResourceLimits.ofTask(Map.of("nofile", "99999999999", "core", "0"))))
                .hasValueSatisfying(fault -> assertThat(fault)
                        .startsWith("This node can't set nofile = 99999999999 (prlimit: ")
                        .contains("needs CAP_SYS_RESOURCE")
                        .doesNotContain("core"));
    }
}
