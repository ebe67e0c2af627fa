package dev.gantry.driver.rkt;

import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shell that is started in advance and waits for the program that it will become. Several programs, one after the
 * other, make the state of a program ({@link ProgramStart}); for a waiting shell they have run already. The shell ends
 * when the node ends.
 *
 * <p>Used by one thread.
 */
final class ReadyShell implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReadyShell.class);

    private static final List<String> SHELL = List.of("/bin/sh");
    private static final File ROOT = new File("/");
    private static final File NOWHERE = new File("/dev/null");

    private final ProgramStart start;
    private final CompletableFuture<Process> shell = new CompletableFuture<>();
    private boolean used;

    private ReadyShell(ProgramStart start) {
        this.start = start;
    }

    /** Begins to start a shell, and does not wait for it. */
    static ReadyShell begin(ProgramStart start) {
        ReadyShell ready = new ReadyShell(start);
        Thread thread = new Thread(ready::start, "rkt-ready-shell");
        thread.setDaemon(true);
        thread.start();
        return ready;
    }

    private void start() {
        try {
            shell.complete(start.builder(SHELL)
                    .directory(ROOT)
                    .redirectInput(ProcessBuilder.Redirect.PIPE)
                    .redirectOutput(NOWHERE)
                    .redirectError(NOWHERE)
                    .start());
        } catch (IOException | RuntimeException e) {
            shell.completeExceptionally(e);
        }
    }

    /**
     * Makes the shell become a program, in the root directory, with empty input and its output discarded. If the shell
     * could not be started or was killed, starts the program without it.
     *
     * @param command the program and its arguments
     * @param variables variables for its environment
     * @param errors the file for its standard error
     * @return the process
     */
    Process become(List<String> command, Map<String, String> variables, Path errors) throws IOException {
        StringBuilder script = new StringBuilder("{ ");
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            script.append("export ")
                    .append(variable.getKey())
                    .append('=')
                    .append(quoted(variable.getValue()))
                    .append("; ");
        }
        script.append("exec");
        for (String word : command) {
            script.append(' ').append(quoted(word));
        }
        script.append(" </dev/null 2>").append(quoted(errors.toString())).append("; }\n");
        try {
            Process process = shell.join();
            // The shell runs no command of a group that is incomplete.
            try (Writer input = process.outputWriter(StandardCharsets.UTF_8)) {
                input.append(script);
            }
            used = true;
            return process;
        } catch (CompletionException | IOException e) {
            LOG.debug("A shell that was to become {} has failed", command.get(0), e);
            close();
            ProcessBuilder builder = start.builder(command)
                    .directory(ROOT)
                    .redirectOutput(NOWHERE)
                    .redirectError(errors.toFile());
            builder.environment().putAll(variables);
            return builder.start();
        }
    }

    /** Ends the shell, unless it has become a program. */
    @Override
    public void close() {
        if (!used) {
            var unused = shell.thenAccept(Process::destroyForcibly);
        }
    }

    private static String quoted(String word) throws IOException {
        if (word.indexOf('\0') >= 0) {
            throw new IOException("no program can be handed a NUL character: \"" + word.replace("\0", "\\0") + "\"");
        }
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
