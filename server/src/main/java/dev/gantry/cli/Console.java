package dev.gantry.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The standard streams of a command.
 *
 * @param in standard input, which {@code -} stands for as a file
 * @param out results
 * @param err errors and nothing else, so that results can be piped
 */
public record Console(InputStream in, PrintStream out, PrintStream err) {

    /**
     * Returns the process's own streams, in UTF-8 independent of the locale.
     *
     * @return the console
     */
    public static Console system() {
        return new Console(
                System.in,
                utf8(new FileOutputStream(FileDescriptor.out)),
                utf8(new FileOutputStream(FileDescriptor.err)));
    }

    private static PrintStream utf8(FileOutputStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }
}
