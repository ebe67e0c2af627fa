package dev.gantry.jobfile.hcl;

/**
 * A place in a text.
 *
 * @param line 1 for the first line; lines end with a line feed
 * @param column 1 for a line's first character; a tab is one character
 */
public record Position(int line, int column) implements Comparable<Position> {

    /** The beginning of a text. */
    public static final Position START = new Position(1, 1);

    /**
     * Finds the line and column of an offset.
     *
     * @param text the text
     * @param offset how many {@code char}s stand before the place; past the end stands for the end
     * @return the place
     */
    public static Position of(String text, long offset) {
        int end = (int) Math.min(offset, text.length());
        int lineStart = text.lastIndexOf('\n', end - 1) + 1;
        int line = 1
                + (int) text.substring(0, lineStart)
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
        return new Position(line, 1 + text.codePointCount(lineStart, end));
    }

    @Override
    public int compareTo(Position other) {
        return line == other.line ? Integer.compare(column, other.column) : Integer.compare(line, other.line);
    }

    /** {@code LINE:COLUMN}, as compilers write it. */
    @Override
    public String toString() {
        return line + ":" + column;
    }
}
