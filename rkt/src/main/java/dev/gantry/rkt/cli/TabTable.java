package dev.gantry.rkt.cli;

import java.util.List;

/** Tables as Go's text/tabwriter aligns them in rkt: columns padded with tabs, 8 wide. */
final class TabTable {

    private static final int TAB = 8;

    private TabTable() {}

    /** Formats rows, each with the same number of cells; the last column is not padded. */
    static String format(List<List<String>> rows) {
        StringBuilder table = new StringBuilder();
        for (List<String> row : rows) {
            for (int column = 0; column < row.size(); column++) {
                String cell = row.get(column);
                table.append(cell);
                if (column < row.size() - 1) {
                    int at = column;
                    int widest = rows.stream()
                            .mapToInt(r -> r.get(at).length())
                            .max()
                            .orElse(0);
                    int width = (widest / TAB + 1) * TAB;
                    table.append("\t".repeat((width - cell.length() + TAB - 1) / TAB));
                }
            }
            table.append('\n');
        }
        return table.toString();
    }
}
