package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl.Position;

/**
 * A job file with a mark at its fault, so that a test shows the position instead of counting columns.
 *
 * @param text the file without the mark
 * @param position where the mark stood
 */
record Marked(String text, Position position) {

    private static final String MARK = "→";

    static Marked of(String marked) {
        int at = marked.indexOf(MARK);
        if (at < 0) {
            throw new IllegalArgumentException("No " + MARK + " in " + marked);
        }
        String[] before = marked.substring(0, at).split("\n", -1);
        int column = before[before.length - 1].codePoints().toArray().length + 1;
        return new Marked(marked.replace(MARK, ""), new Position(before.length, column));
    }
}
