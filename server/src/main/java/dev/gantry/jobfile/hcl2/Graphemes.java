package dev.gantry.jobfile.hcl2;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts and cuts texts by what people take for characters, as HCL does: a letter with its accents or an emoji of several code
 * points is one, an extended grapheme cluster of <a href="https://www.unicode.org/reports/tr29/">Unicode's annex 29</a>.
 */
final class Graphemes {

    private static final Pattern CLUSTER = Pattern.compile("\\X");

    /** Below it, only a carriage return can be in one cluster with what follows. */
    private static final int FIRST_COMBINING = 0x300;

    private Graphemes() {}

    /** Returns the number of clusters. */
    static int count(String text) {
        if (text.chars().allMatch(c -> c < FIRST_COMBINING && c != '\r')) {
            return text.length();
        }
        int count = 0;
        for (Matcher cluster = CLUSTER.matcher(text); cluster.find(); ) {
            count++;
        }
        return count;
    }

    /**
     * Returns a part of a text.
     *
     * @param from the first cluster, counted from 0; not negative
     * @param length how many clusters at most; not negative
     */
    static String part(String text, int from, int length) {
        int start = skip(text, 0, from);
        return text.substring(start, skip(text, start, length));
    }

    private static int skip(String text, int start, int clusters) {
        Matcher cluster = CLUSTER.matcher(text).region(start, text.length());
        int end = start;
        for (int i = 0; i < clusters && cluster.find(); i++) {
            end = cluster.end();
        }
        return end;
    }

    /** Returns a text with its clusters in reverse order. */
    static String reversed(String text) {
        List<String> clusters = new ArrayList<>();
        for (Matcher cluster = CLUSTER.matcher(text); cluster.find(); ) {
            clusters.add(cluster.group());
        }
        Collections.reverse(clusters);
        return String.join("", clusters);
    }
}
