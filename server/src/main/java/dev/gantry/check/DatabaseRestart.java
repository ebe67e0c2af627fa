package dev.gantry.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A command of the user that restarts the database of a check, and ends once the database accepts connections again.
 *
 * @param command the command, for {@code sh -c}
 */
record DatabaseRestart(String command) {

    private static final long PATIENCE_SECONDS = 60;

    /**
     * Runs the command.
     *
     * @throws IOException if it fails, or takes longer than a minute
     * @throws InterruptedException if this thread was interrupted
     */
    void run() throws IOException, InterruptedException {
        // A file: what the command leaves running may keep a pipe open.
        Path output = Files.createTempFile("gantry-check-restart", ".log");
        try {
            Process process = new ProcessBuilder("sh", "-c", command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("--db-restart %s has not ended within %d s; it said: %s"
                        .formatted(command, PATIENCE_SECONDS, Files.readString(output)));
            }
            if (process.exitValue() != 0) {
                throw new IOException("--db-restart %s has ended with %d; it said: %s"
                        .formatted(command, process.exitValue(), Files.readString(output)));
            }
        } finally {
            Files.delete(output);
        }
    }
}
