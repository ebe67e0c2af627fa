package dev.gantry.jobfile;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lays out HCL: indents lines by their brackets, aligns the equals signs of settings that follow each other, and takes off
 * blanks at the ends of lines.
 *
 * <p>Works on lines, so that comments stay where they are. It changes nothing but blanks outside of texts, heredocs and
 * comments: so the file says the same as before.
 */
final class HclFormat {

    private static final String INDENT = "  ";

    private static final Pattern HEREDOC = Pattern.compile("<<-?([\\p{L}_][\\p{L}\\p{N}_.-]*)\\s*$");

    /** A setting at the beginning of a line: its name, and its value behind the equals sign. */
    private static final Pattern SETTING =
            Pattern.compile("(\"[^\"\\\\]*\"|[\\p{L}_][\\p{L}\\p{N}_.-]*|\\([^()\"]*\\))\\s*=(?![=>])\\s*(\\S.*)");

    /** A line as it will be written. */
    private static final class Line {

        /** The content without blanks around it; the whole line if it is verbatim. */
        private final String text;

        private final int depth;
        private final boolean verbatim;
        private final Optional<Matcher> setting;

        /** The line opens a bracket that it does not close. */
        private final boolean opens;

        Line(String text, int depth, boolean verbatim, boolean opens) {
            this.text = text;
            this.depth = depth;
            this.verbatim = verbatim;
            this.opens = opens;
            Matcher matcher = SETTING.matcher(text);
            this.setting = !verbatim && matcher.matches() ? Optional.of(matcher) : Optional.empty();
        }

        /** Settings of one line are aligned with those above and below. */
        boolean isAligned() {
            return setting.isPresent() && !opens;
        }

        String written(int width) {
            if (verbatim) {
                return text;
            }
            String content = setting.map(parts -> parts.group(1)
                            + " ".repeat(Math.max(0, width - length(parts.group(1))))
                            + " = "
                            + parts.group(2))
                    .orElse(text);
            return content.isEmpty() ? "" : INDENT.repeat(depth) + content;
        }

        int nameLength() {
            return setting.map(parts -> length(parts.group(1))).orElse(0);
        }

        private static int length(String text) {
            return text.codePointCount(0, text.length());
        }
    }

    private final List<Line> lines = new ArrayList<>();

    /** The numbers of the lines that have opened brackets: brackets of one line indent once. */
    private final Deque<Integer> open = new ArrayDeque<>();

    /** The word that ends the heredoc that the next line is in. */
    private Optional<String> heredoc = Optional.empty();

    private boolean inComment;

    /** The text that is not closed yet: an interpolation may go on over lines. The depth of its braces, else -1. */
    private int inText = -1;

    private HclFormat() {}

    /** Lays out a text that is HCL. */
    static String format(String text) {
        HclFormat format = new HclFormat();
        for (String line : text.split("\n", -1)) {
            format.add(line);
        }
        return format.written();
    }

    private void add(String raw) {
        if (heredoc.isPresent()) {
            lines.add(new Line(raw, 0, true, false));
            if (raw.strip().equals(heredoc.get())) {
                heredoc = Optional.empty();
            }
            return;
        }
        if (inComment || inText >= 0) {
            lines.add(new Line(inComment ? raw.stripTrailing() : raw, 0, true, false));
            scan(raw);
            return;
        }
        String content = raw.strip();
        int before = open.size();
        int leading = leadingClosers(content);
        int depth = depthWithout(leading);
        scan(content);
        boolean isOpen = open.size() > before - leading || heredoc.isPresent() || inComment || inText >= 0;
        lines.add(new Line(content, depth, false, isOpen));
    }

    private static int leadingClosers(String content) {
        int count = 0;
        while (count < content.length() && "}])".indexOf(content.charAt(count)) >= 0) {
            count++;
        }
        return count;
    }

    /** Returns how deep a line is that begins with some closing brackets. */
    private int depthWithout(int closers) {
        return (int) open.stream().skip(closers).distinct().count();
    }

    /** Follows the brackets, texts and comments of a line. */
    private void scan(String line) {
        int at = 0;
        while (at < line.length()) {
            if (inText >= 0) {
                at = endOfText(line, at);
                continue;
            }
            if (inComment) {
                int end = line.indexOf("*/", at);
                if (end < 0) {
                    return;
                }
                inComment = false;
                at = end + 2;
                continue;
            }
            char c = line.charAt(at);
            if (c == '#' || line.startsWith("//", at)) {
                return;
            } else if (line.startsWith("/*", at)) {
                inComment = true;
                at += 2;
            } else if (c == '"') {
                inText = 0;
                at++;
            } else if (c == '<') {
                Matcher start = HEREDOC.matcher(line).region(at, line.length());
                if (start.lookingAt()) {
                    heredoc = Optional.of(start.group(1));
                    return;
                }
                at++;
            } else {
                follow(c);
                at++;
            }
        }
    }

    private void follow(char c) {
        if ("{[(".indexOf(c) >= 0) {
            open.push(lines.size());
        } else if ("}])".indexOf(c) >= 0 && !open.isEmpty()) {
            open.pop();
        }
    }

    /** Follows a text in quotes, from within it, to its end or that of the line; quotes in its interpolations don't end it. */
    private int endOfText(String line, int start) {
        int braces = inText;
        int at = start;
        while (at < line.length()) {
            char c = line.charAt(at);
            if (c == '"' && braces == 0) {
                inText = -1;
                return at + 1;
            } else if (c == '"') {
                inText = 0;
                at = endOfText(line, at + 1) - 1;
            } else if (c == '\\') {
                at++;
            } else if (c == '{' && (braces > 0 || (at > 0 && "$%".indexOf(line.charAt(at - 1)) >= 0))) {
                braces++;
            } else if (c == '}' && braces > 0) {
                braces--;
            }
            at++;
        }
        inText = braces;
        return at;
    }

    private String written() {
        StringBuilder text = new StringBuilder();
        for (int from = 0; from < lines.size(); ) {
            int to = endOfGroup(from);
            List<Line> group = lines.subList(from, to);
            int width = group.size() == 1
                    ? 0
                    : group.stream().mapToInt(Line::nameLength).max().orElse(0);
            group.forEach(line -> text.append(line.written(width)).append('\n'));
            from = to;
        }
        return text.toString().stripTrailing() + "\n";
    }

    /** Returns the end of the settings that are aligned with each other. */
    private int endOfGroup(int from) {
        int to = from + 1;
        while (lines.get(from).isAligned()
                && to < lines.size()
                && lines.get(to).isAligned()
                && lines.get(to).depth == lines.get(from).depth) {
            to++;
        }
        return to;
    }
}
