package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.trust.KeyReview;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The person who called rkt, if there is one.
 *
 * @param out takes questions
 * @param log takes advice for callers that are no person
 */
record Terminal(Consumer<String> out, Consumer<String> log) implements KeyReview {

    /** Terminals of login sessions and of consoles. */
    private static final String TERMINALS = "/dev/(pts/\\d+|tty\\w*|console)";

    @Override
    public boolean accepts(String prefix) throws RktException, IOException {
        if (!isTerminal(0) || !isTerminal(2)) {
            log.accept("To trust the key for \"%s\", do one of the following:".formatted(prefix));
            log.accept(" - call rkt with --trust-keys-from-https");
            log.accept(" - run: rkt trust --prefix \"%s\"".formatted(prefix));
            throw new RktException("error reviewing key: unable to ask user to review fingerprint due to lack of tty");
        }
        BufferedReader in = new BufferedReader(
                new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8));
        while (true) {
            out.accept("Are you sure you want to trust this key (yes/no)?");
            String answer = in.readLine();
            if (answer == null) {
                throw new RktException("error reviewing key: error reading input: EOF");
            }
            switch (answer) {
                case "yes" -> {
                    return true;
                }
                case "no" -> {
                    return false;
                }
                default -> out.accept("Please enter 'yes' or 'no'");
            }
        }
    }

    /** Java tells of a console only as a whole, and differently from release to release. */
    private static boolean isTerminal(int descriptor) throws IOException {
        Path file = Path.of("/proc/self/fd/" + descriptor);
        return Files.exists(file) && Files.readSymbolicLink(file).toString().matches(TERMINALS);
    }
}
