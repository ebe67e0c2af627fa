package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import java.util.ArrayList;
import java.util.List;

/**
 * A job file, a policy or a file with restrictions can't be read, does not describe what it should, or has a job that was
 * refused.
 *
 * <p>The message is a line for each fault: {@code FILE:LINE:COLUMN: what is wrong and the remedy}, without the numbers
 * if the whole file is at fault.
 */
public final class JobFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int WIDEST = 120;
    private static final String INDENT = "    ";

    private final transient List<String> reports;

    JobFileException(String message, Throwable cause) {
        super(message, cause);
        this.reports = List.of(message);
    }

    JobFileException(String message) {
        this(message, (Throwable) null);
    }

    private JobFileException(String message, List<String> reports) {
        super(message);
        this.reports = List.copyOf(reports);
    }

    /** Makes the exception of faults that were found after the file was read. */
    JobFileException(List<String> reports, Throwable cause) {
        super(String.join("\n", reports), cause);
        this.reports = List.copyOf(reports);
    }

    /** Makes the exception of the faults of a text, of which there is at least one. */
    static JobFileException of(String name, String text, Faults faults) {
        String[] lines = text.split("\n", -1);
        List<String> messages = new ArrayList<>();
        List<String> reports = new ArrayList<>();
        for (TextFaultException fault : faults.inOrder()) {
            messages.add(line(name, fault.position(), fault.getMessage()));
            reports.add(report(name, lines, fault.position(), fault.getMessage()));
        }
        if (faults.hasMore()) {
            String more = name + ": has more faults: these are the first " + Faults.MOST;
            messages.add(more);
            reports.add(more);
        }
        return new JobFileException(String.join("\n", messages), reports);
    }

    /**
     * Returns the faults, each with the line of the file and a caret below its place.
     *
     * @return at least one; each has one line or three
     */
    public List<String> reports() {
        return reports;
    }

    /** Describes a fault, with the line of the file and a caret below its place. */
    static String report(String name, String[] lines, Position position, String message) {
        return line(name, position, message) + excerpt(lines, position);
    }

    private static String line(String name, Position position, String message) {
        return SourceFiles.oneLine(name + ":" + position + ": " + message);
    }

    private static String excerpt(String[] lines, Position position) {
        if (position.line() > lines.length) {
            return "";
        }
        int[] line = lines[position.line() - 1].codePoints().toArray();
        int column = Math.min(position.column() - 1, line.length);
        int from = Math.max(0, column - WIDEST / 2);
        int to = Math.min(line.length, from + WIDEST);
        if (from == to) {
            return "";
        }
        return "\n%s%s\n%s%s^"
                .formatted(
                        INDENT,
                        shown(new String(line, from, to - from)),
                        INDENT,
                        blanks(new String(line, from, column - from)));
    }

    /** Keeps tabs, which are as wide in both lines, and takes out what could control a terminal. */
    private static String shown(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}&&[^\t]]", " ");
    }

    private static String blanks(String text) {
        return text.codePoints()
                .map(c -> c == '\t' ? c : ' ')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
