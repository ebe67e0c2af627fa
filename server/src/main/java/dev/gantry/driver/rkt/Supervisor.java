package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskDirectory;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the small shell script that owns a pod: it runs rkt in a session of its own, so that neither the node's death
 * nor a signal to the node's terminal reaches it, and writes down the exit code.
 */
final class Supervisor {

    private static final String SCRIPT = "supervise.sh";

    private final ProgramStart start;
    private final byte[] script = script();

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
     * @param run the directory of the run; the script is kept there, so that a newer node does not change it
     * @param directory where the task lives, for its logs
     * @return the supervisor's process
     */
    Process start(List<String> line, Path run, TaskDirectory directory) throws IOException {
        Path file = script(run);
        Files.write(file, script);
        List<String> command = new ArrayList<>(List.of("setsid", "/bin/sh", file.toString(), run.toString()));
        command.add(writable(directory.stdout()));
        command.add(writable(directory.stderr()));
        command.addAll(line);
        return start.builder(command)
                .directory(new File("/"))
                .redirectOutput(new File("/dev/null"))
                .redirectError(run.resolve("log").toFile())
                .start();
    }

    /** The script of a run's supervisor, as it stands on the supervisor's command line. */
    static Path script(Path run) {
        return run.resolve("supervise");
    }

    /**
     * Makes sure that a log can be written: where it can't, the supervisor could not tell anybody. What an earlier run of
     * the task has put in its place, a link to any file of the machine or a pipe that nobody reads, is taken away.
     */
    private static String writable(Path log) throws IOException {
        Files.createDirectories(log.getParent());
        if (!Files.isDirectory(log.getParent(), LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("The logs' directory %s has become a link".formatted(log.getParent()));
        }
        if (!Files.isRegularFile(log, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(log);
        }
        Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND, LinkOption.NOFOLLOW_LINKS)
                .close();
        return log.toString();
    }

    private static byte[] script() {
        try (InputStream script = Supervisor.class.getResourceAsStream(SCRIPT)) {
            if (script == null) {
                throw new IllegalStateException(SCRIPT + " is missing beside " + Supervisor.class.getName());
            }
            return script.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("Could not read " + SCRIPT, e);
        }
    }
}
