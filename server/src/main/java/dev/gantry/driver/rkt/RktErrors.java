package dev.gantry.driver.rkt;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Extracts the error from the output of rkt. */
final class RktErrors {

    /**
     * Errors that may pass: of the network, for lack of memory, disk or processes, and if a signal has ended a helper
     * of rkt.
     */
    private static final Pattern MAY_PASS = Pattern.compile(
            "connection (refused|reset)|time(d )?[- ]?out|no such host|temporary failure|network is unreachable"
                    + "|no route to host|unexpected EOF|code:? (429|5\\d\\d)"
                    + "|cannot allocate memory|OutOfMemoryError|insufficient memory|no space left on device"
                    + "|resource temporarily unavailable|too many open files|text file busy"
                    + "|signal: (killed|terminated|interrupt|hangup)",
            Pattern.CASE_INSENSITIVE);

    /** The last line of commands for several pods. The line before it has the reason. */
    private static final Pattern SUMMARY = Pattern.compile("(rm|stop): failed to (remove|stop) .* pods?(\\(s\\))?");

    private static final Pattern NOT_FOUND = Pattern.compile("no matches found for");

    private RktErrors() {}

    /**
     * Converts a failed call to an exception with rkt's error. If a signal ended the call, a user or (for lack of
     * memory) the kernel has sent the signal, so the same call may succeed later.
     */
    static RktException exception(String subcommand, CommandResult result) {
        String said = message(subcommand, result.stderr());
        Optional<String> signal = ExitMessages.signal(result.exitCode());
        if (signal.isPresent()) {
            String ended = "rkt %s was ended by %s".formatted(subcommand, signal.get());
            return new RktException(said.isEmpty() ? ended : ended + ": " + said, true);
        }
        String message = said.isEmpty() ? subcommand + ": exit code " + result.exitCode() : said;
        return new RktException("rkt " + message, mayPass(message));
    }

    /** Returns true if an error is temporary, so that the same call may succeed later. */
    static boolean mayPass(String message) {
        return MAY_PASS.matcher(message).find();
    }

    /** Decides whether a call failed because rkt does not know the pod. */
    static boolean isUnknownPod(CommandResult result) {
        return NOT_FOUND.matcher(result.stderr()).find();
    }

    /** Decides whether an error comes from running a pod; the stage1 calls it {@code run}. */
    static boolean isFromRun(String message) {
        return message.startsWith("run-prepared: ") || message.startsWith("run: ");
    }

    /**
     * Returns the error with which rkt ended: the last line that begins with the name of the command, such as {@code
     * prepare: …}, with the lines below that explain it if {@code --debug} was set. If there is no such line, returns
     * the last line that is not empty. A line that only counts the pods for which the command failed is the last
     * choice.
     */
    static String message(String subcommand, String stderr) {
        List<String> lines = stderr.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        List<String> telling =
                lines.stream().filter(line -> !SUMMARY.matcher(line).matches()).toList();
        return telling.isEmpty() ? last(lines) : error(subcommand, telling);
    }

    private static String error(String subcommand, List<String> lines) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (lines.get(i).startsWith(subcommand + ": ")) {
                return lines.subList(i, lines.size()).stream().collect(Collectors.joining(" "));
            }
        }
        return last(lines);
    }

    private static String last(List<String> lines) {
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }
}
