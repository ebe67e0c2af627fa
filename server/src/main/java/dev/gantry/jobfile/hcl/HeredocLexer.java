package dev.gantry.jobfile.hcl;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads a heredoc: the lines between {@code <<WORD} and a line that is {@code WORD} alone, as they are.
 *
 * <p>With {@code <<-WORD}, as in HCL 1, the blanks before the closing word are taken off every line, unless a line has
 * fewer.
 */
final class HeredocLexer {

    private final Cursor cursor;

    HeredocLexer(Cursor cursor) {
        this.cursor = cursor;
    }

    /** Reads from {@code <<} to the end of the closing word. */
    String read() {
        Position start = cursor.position();
        if (!cursor.startsWith("<<")) {
            throw new TextFaultException(start, "a single < means nothing in HCL: put text in double quotes");
        }
        cursor.skip(2);
        boolean indented = cursor.startsWith("-");
        if (indented) {
            cursor.next();
        }
        String word = readWord(start);
        List<String> lines = new ArrayList<>();
        while (!cursor.atEnd()) {
            String line = cursor.nextLine();
            if (line.strip().equals(word)) {
                return indented ? unindented(lines, line.substring(0, line.indexOf(word))) : joined(lines);
            }
            lines.add(line);
        }
        throw new TextFaultException(start, "this heredoc is never closed: add a line with only " + word);
    }

    private String readWord(Position start) {
        String word = cursor.nextLine().stripTrailing();
        if (word.isEmpty() || !word.codePoints().allMatch(Lexer::isNamePart)) {
            throw new TextFaultException(
                    start, "a heredoc begins with << and a word that ends the line, such as <<END");
        }
        return word;
    }

    private static String unindented(List<String> lines, String indent) {
        if (!lines.stream().allMatch(line -> line.startsWith(indent))) {
            return joined(lines);
        }
        return joined(
                lines.stream().map(line -> line.substring(indent.length())).toList());
    }

    private static String joined(List<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }
}
