package dev.gantry.driver.rkt;

import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shell that is started in advance and waits for the program that it will become. Several programs, one after the
 * other, make the state of a program ({@link ProgramStart}); for a waiting shell they have run already. The shell ends
 * when the node ends.
 *
 * <p>Used by one thread at a time.
 */
final class ReadyShell implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReadyShell.class);

    private static final File ROOT = new File("/");
    private static final File NOWHERE = new File("/dev/null");

    private final ProgramStart start;
    private final Map<String, String> variables;
    private final File errors;
    private final Process shell;
    private boolean used;

    private ReadyShell(ProgramStart start, Map<String, String> variables, File errors, Process shell) {
        this.start = start;
        this.variables = variables;
        this.errors = errors;
        this.shell = shell;
    }

    /**
     * Starts a shell.
     *
     * @param start starts it
     * @param line the shell and its arguments; it must execute the commands of its standard input, whatever it does
     *     before
     * @param variables further variables of its environment, and of the program that it becomes
     * @param errors the file for the standard error of both
     */
    static ReadyShell start(ProgramStart start, List<String> line, Map<String, String> variables, Path errors)
            throws IOException {
        File file = errors.toFile();
        Process shell = builder(start, line, variables, file)
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start();
        return new ReadyShell(start, variables, file, shell);
    }

    private static ProcessBuilder builder(
            ProgramStart start, List<String> line, Map<String, String> variables, File errors) throws IOException {
        ProcessBuilder builder = start.builder(line)
                .directory(ROOT)
                .redirectOutput(NOWHERE)
                .redirectError(ProcessBuilder.Redirect.appendTo(errors));
        builder.environment().putAll(variables);
        return builder;
    }

    /**
     * Makes the shell become a program, in the root directory, with empty input and its output discarded. If the shell
     * was killed, starts the program without it.
     *
     * @param command the program and its arguments
     * @return the process
     */
    Process become(List<String> command) throws IOException {
        StringBuilder script = new StringBuilder("{ exec");
        for (String word : command) {
            script.append(' ').append(quoted(word));
        }
        script.append(" </dev/null; }\n");
        used = true;
        // The shell runs no command of a group that is incomplete.
        try (Writer input = shell.outputWriter(StandardCharsets.UTF_8)) {
            input.append(script);
        } catch (IOException e) {
            LOG.debug("A shell that was to become {} has failed", command.get(0), e);
            shell.destroyForcibly();
            return builder(start, command, variables, errors).start();
        }
        return shell;
    }

    /** Kills the shell and waits for its end, unless it has become a program. */
    @Override
    public void close() {
        if (!used) {
            shell.destroyForcibly().onExit().join();
        }
    }

    private static String quoted(String word) throws IOException {
        if (word.indexOf('\0') >= 0) {
            throw new IOException("no program can be handed a NUL character: \"" + word.replace("\0", "\\0") + "\"");
        }
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
