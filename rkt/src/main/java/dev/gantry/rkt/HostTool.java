package dev.gantry.rkt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The result of a program of this machine, such as {@code cp}.
 *
 * @param exitCode its exit code
 * @param output its standard output and standard error, without white space around
 */
public record HostTool(int exitCode, String output) {

    /**
     * Runs a program in this process's directory, without input.
     *
     * @param command the program and its arguments
     * @return the end of the program
     * @throws IOException if it can't be started
     * @throws RktException if this thread is interrupted meanwhile; the program is ended then
     */
    public static HostTool run(String... command) throws IOException, RktException {
        return run(Path.of(""), List.of(command));
    }

    /**
     * Runs a program in a directory, without input.
     *
     * @param directory the directory
     * @param command the program and its arguments
     * @return the end of the program
     * @throws IOException if it can't be started
     * @throws RktException if this thread is interrupted meanwhile; the program is ended then
     */
    public static HostTool run(Path directory, List<String> command) throws IOException, RktException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toAbsolutePath().toFile())
                .redirectErrorStream(true)
                .start();
        try {
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new HostTool(process.waitFor(), output.strip());
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new RktException("interrupted", e);
        }
    }

    /**
     * Tells whether the program succeeded.
     *
     * @return true if its exit code is 0
     */
    public boolean isSuccess() {
        return exitCode == 0;
    }
}
