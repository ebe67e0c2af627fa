package dev.gantry.driver.rkt;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tests whether this node can start a process with given limits, by trying it. */
final class LimitProbe {

    private final CommandRunner runner;
    private final Duration timeout;

    /**
     * Makes a probe.
     *
     * @param runner runs prlimit(1)
     * @param timeout the time limit of one attempt
     */
    LimitProbe(CommandRunner runner, Duration timeout) {
        this.runner = runner;
        this.timeout = timeout;
    }

    /**
     * Finds the limits that can't be set.
     *
     * @param limits the limits of a task
     * @return an error that names each such limit and its value; empty if all limits can be set
     * @throws RktException if prlimit(1) can't be run
     * @throws InterruptedException if the thread was interrupted
     */
    Optional<String> fault(ResourceLimits limits) throws RktException, InterruptedException {
        if (run(limits).isEmpty()) {
            return Optional.empty();
        }
        List<String> faults = new ArrayList<>();
        for (String name : limits.names()) {
            Optional<String> error = run(limits.only(name));
            error.ifPresent(reason -> faults.add("%s = %s (%s)".formatted(name, limits.value(name), reason)));
        }
        return faults.isEmpty()
                ? Optional.empty()
                : Optional.of("This node can't set %s: a limit above the node's own hard limit needs CAP_SYS_RESOURCE,"
                                .formatted(String.join(", ", faults))
                        + " and nofile is never above fs.nr_open");
    }

    /** Runs true(1) with limits; returns the error of prlimit(1), if it fails. */
    private Optional<String> run(ResourceLimits limits) throws RktException, InterruptedException {
        List<String> line = new ArrayList<>(limits.prefix());
        if (line.isEmpty()) {
            return Optional.empty();
        }
        line.add("true");
        CommandResult result = runner.run(line, Path.of("/"), timeout);
        return result.exitCode() == 0
                ? Optional.empty()
                : Optional.of(result.stderr().strip());
    }
}
