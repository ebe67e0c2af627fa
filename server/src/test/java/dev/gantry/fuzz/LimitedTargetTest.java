package dev.gantry.fuzz;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that the limits of all targets can be broken. */
@Timeout(120)
class LimitedTargetTest {

    private static final List<byte[]> LEFT_BEHIND = new ArrayList<>();

    /** A target that takes a tenth of a second of CPU time for each byte of its input. */
    public static final class Slow {

        private Slow() {}

        /** Called as by the fuzzer. */
        public static void fuzzerTestOneInput(byte[] input) {
            long end = threadCpuNanos() + input.length * 100_000_000L;
            while (threadCpuNanos() < end) {
                Thread.onSpinWait();
            }
        }

        private static long threadCpuNanos() {
            return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        }
    }

    /** A target that leaves memory behind. */
    public static final class Leaking {

        private Leaking() {}

        /** Called as by the fuzzer. */
        public static void fuzzerTestOneInput(byte[] input) {
            LEFT_BEHIND.add(new byte[300_000]);
        }
    }

    /** A target that fails, except on no bytes. */
    public static final class Failing {

        private Failing() {}

        /** Called as by the fuzzer. */
        public static void fuzzerTestOneInput(byte[] input) {
            if (input.length > 0) {
                throw new IllegalStateException("of the target");
            }
        }
    }

    @AfterEach
    void forget() {
        LEFT_BEHIND.clear();
    }

    @Test
    void an_input_that_takes_more_than_a_second_of_cpu_time_fails() {
        LimitedTarget target = new LimitedTarget(Slow.class.getName());

        assertThatCode(() -> target.run(new byte[0])).doesNotThrowAnyException();
        assertThatThrownBy(() -> target.run(new byte[11]))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("The input takes more than 1 s of CPU time: ");
    }

    @Test
    void memory_that_grows_with_the_number_of_inputs_fails() {
        LimitedTarget target = new LimitedTarget(Leaking.class.getName());

        assertThatThrownBy(() -> {
                    for (int i = 0; i < 2048; i++) {
                        target.run(new byte[0]);
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("The memory in use has grown from ");
    }

    @Test
    void a_failure_of_the_target_is_passed_on() {
        LimitedTarget target = new LimitedTarget(Failing.class.getName());

        assertThatThrownBy(() -> target.run(new byte[1])).hasMessage("of the target");
    }
}
