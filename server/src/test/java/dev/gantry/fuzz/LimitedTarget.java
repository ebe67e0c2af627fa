package dev.gantry.fuzz;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Objects;

/**
 * Passes the fuzzer's inputs on to the target that the system property {@code gantry.fuzz.target} names. Fails if an input
 * takes much CPU time, or if the memory in use grows with the number of inputs.
 */
public final class LimitedTarget {

    private static final Duration LONGEST = Duration.ofSeconds(1);

    /** The most memory that many inputs may leave in use, in bytes: a server keeps the jobs that it gets. */
    private static final long MOST_GROWTH = 128L << 20;

    /** After this many inputs, what is loaded once is loaded. */
    private static final long WARM = 512;

    private final Method target;
    private long inputs;
    private long usedWhenWarm;

    /** The fuzzer calls static methods only. */
    private static final class OfThisProcess {

        private static final LimitedTarget TARGET = new LimitedTarget(System.getProperty("gantry.fuzz.target"));
    }

    /**
     * Makes a target.
     *
     * @param name the class with {@code fuzzerTestOneInput}
     */
    LimitedTarget(String name) {
        try {
            target = Class.forName(name).getMethod("fuzzerTestOneInput", byte[].class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("No target of the fuzzer: " + name, e);
        }
    }

    /** Called by the fuzzer before the first input, which has to end in time. Targets start servers. */
    public static void fuzzerInitialize() {
        Objects.requireNonNull(OfThisProcess.TARGET);
    }

    /**
     * Called by the fuzzer.
     *
     * @param input the input
     * @throws Throwable as the target does
     */
    public static void fuzzerTestOneInput(byte[] input) throws Throwable {
        OfThisProcess.TARGET.run(input);
    }

    /** Runs an input; throws as the target does, or an AssertionError if a limit is broken. */
    void run(byte[] input) throws Throwable {
        if (cpuTime(input).compareTo(LONGEST) > 0) {
            // It may have loaded classes, and compiled them.
            Duration again = cpuTime(input);
            if (again.compareTo(LONGEST) > 0) {
                throw new AssertionError(
                        "The input takes more than %d s of CPU time: %s".formatted(LONGEST.toSeconds(), again));
            }
        }
        inputs++;
        if (inputs >= WARM && Long.bitCount(inputs) == 1) {
            checkMemory();
        }
    }

    /** Runs the target, and returns the CPU time of all threads: a server has its own. A busy machine changes nothing. */
    private Duration cpuTime(byte[] input) throws Throwable {
        Duration begin = cpuTime();
        try {
            target.invoke(null, (Object) input);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        return cpuTime().minus(begin);
    }

    private static Duration cpuTime() {
        return Duration.ofNanos(
                ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime());
    }

    private void checkMemory() {
        System.gc();
        long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        if (inputs == WARM) {
            usedWhenWarm = used;
        } else if (used > usedWhenWarm + MOST_GROWTH) {
            throw new AssertionError("The memory in use has grown from %d to %d bytes in %d inputs"
                    .formatted(usedWhenWarm, used, inputs - WARM));
        }
    }
}
