package dev.gantry.driver.rkt;

import dev.gantry.files.IoFailures;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs short-lived commands, and limits their time and output. */
final class CommandRunner {

    private static final Logger LOG = LoggerFactory.getLogger(CommandRunner.class);

    private static final int STDOUT_BYTES = 8 << 20;
    private static final int STDERR_BYTES = 16 << 10;
    private static final long TERM_GRACE_SECONDS = 2;
    private static final Duration PIPE_GRACE = Duration.ofSeconds(1);

    private final ProgramStart start;

    /**
     * Creates the runner; it runs nothing yet.
     *
     * @param start starts the commands
     */
    CommandRunner(ProgramStart start) {
        this.start = start;
    }

    /**
     * Runs a command with empty input and waits for its end.
     *
     * @param command path of the executable and arguments
     * @param directory where it runs
     * @param limit the time limit; after it the command and all processes that it started are ended
     * @return the exit code and the output
     * @throws RktException if the command can't be started, reached the time limit, or printed more than is kept
     * @throws InterruptedException if the thread was interrupted; the command is killed
     */
    CommandResult run(List<String> command, Path directory, Duration limit) throws RktException, InterruptedException {
        return run(command, directory, limit, Optional.empty());
    }

    /**
     * Runs a command as {@link #run(List, Path, Duration)} does, with an input and further variables.
     *
     * @param input what the command may read
     * @param variables are added to its environment
     */
    CommandResult run(List<String> command, Path directory, Duration limit, byte[] input, Map<String, String> variables)
            throws RktException, InterruptedException {
        return finish(start(command, directory, Optional.empty(), input, variables), command, limit);
    }

    /**
     * Runs a command as {@link #run(List, Path, Duration)} does, in a control group if the machine allows it.
     *
     * @param group the directory of the group
     */
    CommandResult run(List<String> command, Path directory, Duration limit, Optional<Path> group)
            throws RktException, InterruptedException {
        return finish(start(command, directory, group, new byte[0], Map.of()), command, limit);
    }

    private static CommandResult finish(Process process, List<String> command, Duration limit)
            throws RktException, InterruptedException {
        BoundedOutput stdout = BoundedOutput.ofFirst(STDOUT_BYTES, process.getInputStream());
        BoundedOutput stderr = BoundedOutput.ofLast(STDERR_BYTES, process.getErrorStream());
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RktException(
                        "%s did not end within %s; it was killed".formatted(called(command), inWords(limit)), true);
            }
        } finally {
            end(process);
        }
        String errors = stderr.await(PIPE_GRACE);
        String output = stdout.await(PIPE_GRACE);
        if (stdout.isCut()) {
            throw new RktException(called(command) + " printed more than " + (STDOUT_BYTES >> 20) + " MiB", false);
        }
        return new CommandResult(process.exitValue(), output, errors);
    }

    private Process start(
            List<String> command, Path directory, Optional<Path> group, byte[] input, Map<String, String> variables)
            throws RktException {
        try {
            ProcessBuilder builder = start.builder(command, group).directory(directory.toFile());
            builder.environment().putAll(variables);
            if (input.length == 0) {
                return builder.start();
            }
            Process process =
                    builder.redirectInput(ProcessBuilder.Redirect.PIPE).start();
            feed(process, input);
            return process;
        } catch (IOException e) {
            String message = "Could not start " + called(command) + ": " + IoFailures.reason(e);
            throw new RktException(message, RktErrors.mayPass(message));
        }
    }

    /** Writes the input on a thread of its own: a command that does not read must not block the caller. */
    private static void feed(Process process, byte[] input) {
        Thread writer = new Thread(
                () -> {
                    try (OutputStream to = process.getOutputStream()) {
                        to.write(input);
                    } catch (IOException e) {
                        LOG.debug("A command has not read its input", e);
                    }
                },
                "command-input");
        writer.setDaemon(true);
        writer.start();
    }

    /** Ends the remaining processes by SIGTERM, and a moment later by SIGKILL. */
    private static void end(Process process) throws InterruptedException {
        if (!process.isAlive()) {
            return;
        }
        List<ProcessHandle> started = process.descendants().toList();
        process.destroy();
        try {
            process.waitFor(TERM_GRACE_SECONDS, TimeUnit.SECONDS);
        } finally {
            started.forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static String inWords(Duration limit) {
        return limit.toMillisPart() == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
    }

    private static String called(List<String> command) {
        return String.join(" ", command.subList(0, Math.min(3, command.size())));
    }
}
