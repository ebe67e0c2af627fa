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
import java.util.List;
import java.util.function.Consumer;

/**
 * Asks the person at the terminal whether to trust a key. Without a terminal, refuses and gives advice.
 *
 * @param out takes questions
 * @param log takes the advice
 * @param advice ways to trust a key without a terminal; {@code %s} stands for the prefix
 */
record Terminal(Consumer<String> out, Consumer<String> log, List<String> advice) implements KeyReview {

    private static final String TRUST_HTTPS = "call rkt with --trust-keys-from-https";

    /** Terminals of login sessions and of consoles. */
    private static final String TERMINALS = "/dev/(pts/\\d+|tty\\w*|console)";

    Terminal {
        advice = List.copyOf(advice);
    }

    /** Reviews keys for a command that fetches images. */
    static Terminal ofFetch(Consumer<String> out, Consumer<String> log) {
        return new Terminal(out, log, List.of(TRUST_HTTPS, "run: rkt trust --prefix \"%s\""));
    }

    /** Reviews keys for {@code rkt trust}. */
    static Terminal ofTrust(Consumer<String> out, Consumer<String> log) {
        return new Terminal(
                out,
                log,
                List.of(
                        "run this command at a terminal, and compare the fingerprint with the one of the publisher",
                        "call it with --skip-fingerprint-review, which trusts the key unseen: only if the key comes from a"
                                + " source that nobody else can change",
                        TRUST_HTTPS + ", if the key is fetched over HTTPS"));
    }

    @Override
    public boolean accepts(String prefix) throws RktException, IOException {
        if (!isTerminal(0) || !isTerminal(2)) {
            log.accept("To trust the key for \"%s\", do one of the following:".formatted(prefix));
            advice.forEach(way -> log.accept(" - " + way.replace("%s", prefix)));
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

    /**
     * Decides by /proc whether a stream is a terminal: Java only tells whether all streams are a console, and releases
     * of Java differ in that.
     */
    private static boolean isTerminal(int descriptor) throws IOException {
        Path file = Path.of("/proc/self/fd/" + descriptor);
        return Files.exists(file) && Files.readSymbolicLink(file).toString().matches(TERMINALS);
    }
}
