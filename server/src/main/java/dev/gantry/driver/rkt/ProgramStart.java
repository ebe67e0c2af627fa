package dev.gantry.driver.rkt;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the programs that make, run and enter pods. They always start in the same state, however the node itself was
 * started. A process passes its signal actions, limits, priority and other properties on to all processes that it
 * starts, and so to tasks.
 *
 * <ul>
 *   <li>The environment is the given one. Java closes all files except the standard streams.
 *   <li>No signal is ignored or blocked. A shell in the background of a script ignores SIGINT and SIGQUIT; a pod that
 *       inherits this can't be stopped by {@code kill_signal = "SIGINT"}, and a shell in it can't even trap the signal.
 *       Java can't reset the action of an ignored signal, so GNU env does (coreutils 8.31 or newer), if the node
 *       ignores such a signal.
 *   <li>The program leads a session, so that it has no controlling terminal.
 *   <li>The umask is 022, the nice value and the OOM score adjustment are 0: start-program.sh.
 *   <li>The limits are the given ones, by prlimit(1) of util-linux.
 * </ul>
 */
final class ProgramStart {

    private static final Logger LOG = LoggerFactory.getLogger(ProgramStart.class);

    private static final List<String> RESET_SIGNALS = List.of("env", "--default-signal");
    private static final String SCRIPT = new String(Supervisor.script("start-program"), StandardCharsets.UTF_8);
    /**
     * No signal is blocked or ignored, except for 32 and 33: posix_spawn of glibc ignores these, and env can't reset them.
     */
    private static final Pattern SIGNALS = Pattern.compile("SigBlk:\\t0{16}|SigIgn:\\t0{7}[01][08]0{7}");

    private static final long PROBE_SECONDS = 10;

    private final Map<String, String> environment;
    private final List<String> signals;
    private final List<String> limits;

    private ProgramStart(Map<String, String> environment, List<String> signals, List<String> limits) {
        this.environment = Map.copyOf(environment);
        this.signals = signals;
        this.limits = limits;
    }

    /**
     * Tests which of this is possible on this machine. If signals can't be reset or limits can't be set, programs
     * inherit the node's, and a log line says so.
     *
     * @param environment the whole environment of the programs
     * @param limits the limits of the programs
     */
    static ProgramStart with(Map<String, String> environment, ResourceLimits limits) {
        ProgramStart plain = new ProgramStart(environment, List.of(), List.of());
        List<String> signals = RESET_SIGNALS;
        if (plain.hasUsualSignals()) {
            signals = List.of();
        } else if (!plain.canRun(RESET_SIGNALS)) {
            LOG.warn(
                    "env(1) of this machine has no --default-signal (coreutils 8.31): tasks ignore the signals that this node"
                            + " was started to ignore");
            signals = List.of();
        }
        return new ProgramStart(environment, signals, plain.possible(limits).prefix());
    }

    /**
     * Returns the limits, or the nearest possible ones: without CAP_SYS_RESOURCE, limits can't exceed the node's own.
     */
    private ResourceLimits possible(ResourceLimits limits) {
        if (canRun(limits.prefix())) {
            return limits;
        }
        ResourceLimits lowered = limits.below(ownHardLimits());
        if (canRun(lowered.prefix())) {
            LOG.info(
                    "The node lacks CAP_SYS_RESOURCE, so these limits of tasks can't exceed the node's own: {}",
                    String.join(", ", limits.differences(lowered)));
            return lowered;
        }
        List<String> impossible = lowered.names().stream()
                .filter(name -> !canRun(lowered.only(name).prefix()))
                .toList();
        LOG.warn(
                "prlimit(1) of this machine, of util-linux, can't set all limits: tasks have those of this node for {}",
                String.join(", ", impossible));
        return lowered.without(impossible);
    }

    /** Returns the node's hard limits by their names in lower case; empty if they can't be read. */
    private Map<String, String> ownHardLimits() {
        try {
            Process process = plain(List.of("prlimit", "--raw", "--noheadings", "--output=RESOURCE,HARD"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Map<String, String> limits = new HashMap<>();
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] words = line.strip().split(" +", -1);
                    if (words.length == 2) {
                        limits.put(words[0].toLowerCase(Locale.ROOT), words[1]);
                    }
                }
            }
            return limits;
        } catch (IOException e) {
            LOG.debug("The limits of this node are unknown", e);
            return Map.of();
        }
    }

    /**
     * Makes a builder for a program with empty input.
     *
     * @param command the program, by its path or a name on the search path, and its arguments
     * @throws NoSuchFileException if there is no executable file at the path
     */
    ProcessBuilder builder(List<String> command) throws NoSuchFileException {
        return builder(command, Optional.empty());
    }

    /**
     * Makes a builder for a program in a control group.
     *
     * @param group the directory of the group; a program that can't enter it is started anyway
     */
    ProcessBuilder builder(List<String> command, Optional<Path> group) throws NoSuchFileException {
        Path program = Path.of(command.get(0));
        // Without this check the shell would start, and its failure would look like a failure of the program.
        if (program.isAbsolute() && !Files.isExecutable(program)) {
            throw new NoSuchFileException(program.toString(), null, "no executable file");
        }
        List<String> line = new ArrayList<>(signals);
        line.addAll(List.of(
                "setsid",
                "/bin/sh",
                "-c",
                SCRIPT,
                "sh",
                group.map(Path::toString).orElse("")));
        line.addAll(limits);
        line.addAll(command);
        return plain(line);
    }

    private ProcessBuilder plain(List<String> line) {
        ProcessBuilder builder = new ProcessBuilder(line).redirectInput(new File("/dev/null"));
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder;
    }

    /** Returns true if a program that this process starts ignores and blocks no signal. */
    private boolean hasUsualSignals() {
        try {
            Process process = plain(List.of("cat", "/proc/self/status"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                return lines.lines()
                                .filter(line -> SIGNALS.matcher(line).matches())
                                .count()
                        == 2;
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("The signals of this node are unknown", e);
            return false;
        }
    }

    /** Returns true if what stands before a command line lets the command run. */
    private boolean canRun(List<String> prefix) {
        List<String> line = new ArrayList<>(prefix);
        line.add("true");
        try {
            Process probe = plain(line)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (probe.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                return probe.exitValue() == 0;
            }
            probe.destroyForcibly();
            return false;
        } catch (IOException e) {
            LOG.debug("There is no {}", line.get(0), e);
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
