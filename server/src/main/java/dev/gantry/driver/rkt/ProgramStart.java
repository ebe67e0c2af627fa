package dev.gantry.driver.rkt;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the programs that make, run and enter pods: with the same environment and the same signal actions, however the node
 * itself was started.
 *
 * <p>A process passes ignored signals on to all that it starts, and a shell in the background of a script ignores SIGINT and
 * SIGQUIT. A pod that inherits that can't be stopped by {@code kill_signal = "SIGINT"}: a shell in it can't even trap the
 * signal. Java can't reset the action of an ignored signal, so GNU env does (coreutils 8.31 or newer).
 */
final class ProgramStart {

    private static final Logger LOG = LoggerFactory.getLogger(ProgramStart.class);

    private static final List<String> RESET_SIGNALS = List.of("env", "--default-signal");
    private static final String ENTER_GROUP = "{ echo 0 >\"$1\"; } 2>/dev/null; ";
    private static final String BECOME = "shift; exec \"$@\"";
    private static final long PROBE_SECONDS = 10;

    private final Map<String, String> environment;
    private final List<String> prefix;

    private ProgramStart(Map<String, String> environment, List<String> prefix) {
        this.environment = Map.copyOf(environment);
        this.prefix = prefix;
    }

    /**
     * Looks whether this machine's env can reset signals; without it, programs are started with the signal actions of the
     * node, and the log says so.
     *
     * @param environment the whole environment of the programs
     */
    static ProgramStart with(Map<String, String> environment) {
        ProgramStart resetting = new ProgramStart(environment, RESET_SIGNALS);
        if (resetting.isPossible()) {
            return resetting;
        }
        LOG.warn(
                "env(1) of this machine has no --default-signal (coreutils 8.31): tasks ignore the signals that this node"
                        + " was started to ignore");
        return new ProgramStart(environment, List.of());
    }

    /**
     * A builder for a program with empty input.
     *
     * @param command the program, by its path or a name on the search path, and its arguments
     * @throws NoSuchFileException if there is no executable file at the path
     */
    ProcessBuilder builder(List<String> command) throws NoSuchFileException {
        return builder(command, Optional.empty());
    }

    /**
     * As above, for a program in a control group.
     *
     * @param group the directory of the group; if the program can't enter it, it is started all the same
     */
    ProcessBuilder builder(List<String> command, Optional<Path> group) throws NoSuchFileException {
        Path program = Path.of(command.get(0));
        // env would be started all the same, and its failure be taken for the program's.
        if (program.isAbsolute() && !Files.isExecutable(program)) {
            throw new NoSuchFileException(program.toString(), null, "no executable file");
        }
        List<String> line = new ArrayList<>(prefix);
        group.map(ControlGroups::processes)
                .ifPresent(processes ->
                        line.addAll(List.of("/bin/sh", "-c", ENTER_GROUP + BECOME, "sh", processes.toString())));
        line.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(line).redirectInput(new File("/dev/null"));
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder;
    }

    private boolean isPossible() {
        try {
            Process probe = builder(List.of("true"))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (probe.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                return probe.exitValue() == 0;
            }
            probe.destroyForcibly();
            return false;
        } catch (IOException e) {
            LOG.debug("There is no env", e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
