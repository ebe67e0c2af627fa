package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskDirectory;
import dev.gantry.model.LogLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts the supervisor, a small shell script that owns a pod. The supervisor runs rkt in a session of its own, so that
 * neither the node's death nor a signal to the node's terminal reaches the pod. It starts the copiers of the output,
 * and records the exit code.
 */
final class Supervisor {

    /** The scripts' names in a run's directory. */
    private static final String SUPERVISE = "supervise";

    static final String COPY_OUTPUT = "copy-output";

    private static final String END_GROUP = "end-group";

    private static final String READY = new String(script("ready"), StandardCharsets.UTF_8);

    /** The commands that the scripts and their start need, apart from a shell. */
    static final List<String> TOOLS =
            List.of("cat", "dd", "ln", "mkdir", "mkfifo", "mv", "rm", "rmdir", "setsid", "sleep", "stat", "timeout");

    private final ProgramStart start;
    private final byte[] supervise = script(SUPERVISE);
    private final byte[] copyOutput = script(COPY_OUTPUT);
    private final byte[] endGroup = script(END_GROUP);
    private final ControlGroups groups;

    /**
     * Creates the starter; it starts nothing yet.
     *
     * @param start starts the supervisor, and so rkt
     * @param groups makes the control groups of pods
     */
    Supervisor(ProgramStart start, ControlGroups groups) {
        this.start = start;
        this.groups = groups;
    }

    /**
     * Makes the files and the control group of a run, and starts the shell that becomes its supervisor.
     *
     * @param uuid the pod
     * @param run the directory of the run; the scripts are kept there, so that a newer node does not change them
     * @param limits how much of the task's output is kept
     * @return the shell
     */
    ReadyShell ready(String uuid, Path run, LogLimits limits) throws IOException {
        Files.createDirectories(run);
        Files.write(script(run), supervise);
        Files.write(run.resolve(COPY_OUTPUT), copyOutput);
        Files.write(run.resolve(END_GROUP), endGroup);
        // Made here, so that a full disk fails the start with a message.
        Path log = Files.write(run.resolve("log"), new byte[0]);
        groups.make(uuid);
        try {
            return ReadyShell.start(
                    start,
                    List.of("/bin/sh", "-c", READY, "sh", run.toString(), maxFiles(limits), group(uuid)),
                    Map.of(PodProcesses.MARK, uuid),
                    log);
        } catch (IOException e) {
            groups.remove(uuid);
            throw e;
        }
    }

    /**
     * Starts a supervisor.
     *
     * @param shell the shell that becomes the supervisor
     * @param line the command to supervise
     * @param uuid the pod that it runs
     * @param directory the directories of the task, for its logs
     * @param limits how much of the task's output is kept
     * @return the supervisor's process
     */
    Process start(ReadyShell shell, List<String> line, String uuid, TaskDirectory directory, LogLimits limits)
            throws IOException {
        Path run = RunFiles.of(directory).run(uuid);
        List<String> command = new ArrayList<>(List.of("/bin/sh", script(run).toString(), run.toString()));
        command.add(directory.logs().resolve(directory.task()).toString());
        command.add(maxFiles(limits));
        command.add(Long.toString(limits.fileSize()));
        command.add(group(uuid));
        command.addAll(line);
        return shell.become(command);
    }

    /** Removes the control group of a run that has not begun. */
    void remove(String uuid) {
        groups.remove(uuid);
    }

    private static String maxFiles(LogLimits limits) {
        return Integer.toString(limits.disabled() ? 0 : limits.maxFiles());
    }

    private String group(String uuid) {
        return groups.of(uuid).map(Path::toString).orElse("");
    }

    /** Returns the path of a run's supervisor script, which is on the supervisor's command line. */
    static Path script(Path run) {
        return run.resolve(SUPERVISE);
    }

    /** Returns true if a process runs a script of a pod's run: the supervisor or one of its copiers. */
    static boolean isPart(ProcessHandle process, String uuid) {
        try {
            String line = Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "cmdline"), StandardCharsets.ISO_8859_1);
            return line.contains(uuid + "/" + SUPERVISE + "\0") || line.contains(uuid + "/" + COPY_OUTPUT + "\0");
        } catch (IOException e) {
            // The process has just ended.
            return false;
        }
    }

    /** Returns the text of a script in this package; the name is without {@code .sh}. */
    static byte[] script(String name) {
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
