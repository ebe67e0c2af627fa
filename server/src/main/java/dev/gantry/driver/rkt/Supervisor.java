package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.model.LogLimits;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the small shell script that owns a pod: it runs rkt in a session of its own, so that neither the node's death
 * nor a signal to the node's terminal reaches it, has the output copied to files, and writes down the exit code.
 */
final class Supervisor {

    /** The scripts' names in a run's directory. */
    private static final String SUPERVISE = "supervise";

    static final String COPY_OUTPUT = "copy-output";

    /** The commands that starting the scripts, and the scripts, need beside a shell. */
    static final List<String> TOOLS =
            List.of("cat", "dd", "ln", "mkfifo", "mv", "rm", "setsid", "sleep", "stat", "timeout");

    private final ProgramStart start;
    private final byte[] supervise = script(SUPERVISE);
    private final byte[] copyOutput = script(COPY_OUTPUT);

    /**
     * Starts nothing yet.
     *
     * @param start starts the supervisor, and so rkt
     */
    Supervisor(ProgramStart start) {
        this.start = start;
    }

    /**
     * Starts a supervisor.
     *
     * @param line the command to supervise
     * @param run the directory of the run; the scripts are kept there, so that a newer node does not change them
     * @param directory where the task lives, for its logs
     * @param limits how much of the task's output is kept
     * @return the supervisor's process
     */
    Process start(List<String> line, Path run, TaskDirectory directory, LogLimits limits) throws IOException {
        Path script = script(run);
        Files.write(script, supervise);
        Files.write(run.resolve(COPY_OUTPUT), copyOutput);
        List<String> command = new ArrayList<>(List.of("setsid", "/bin/sh", script.toString(), run.toString()));
        command.add(directory.logs().resolve(directory.task()).toString());
        command.add(Integer.toString(limits.disabled() ? 0 : limits.maxFiles()));
        command.add(Long.toString(limits.fileSize()));
        command.addAll(line);
        return start.builder(command)
                .directory(new File("/"))
                .redirectOutput(new File("/dev/null"))
                .redirectError(run.resolve("log").toFile())
                .start();
    }

    /** The script of a run's supervisor, as it stands on the supervisor's command line. */
    static Path script(Path run) {
        return run.resolve(SUPERVISE);
    }

    private static byte[] script(String name) {
        try (InputStream script = Supervisor.class.getResourceAsStream(name + ".sh")) {
            if (script == null) {
                throw new IllegalStateException(name + ".sh is missing beside " + Supervisor.class.getName());
            }
            return script.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read " + name + ".sh", e);
        }
    }
}
