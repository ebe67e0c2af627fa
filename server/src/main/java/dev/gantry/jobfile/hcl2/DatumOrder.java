package dev.gantry.jobfile.hcl2;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The order of values in a set: texts by their bytes in UTF-8, numbers by their value, false before true. As in HCL, except
 * for lists and maps, whose order HCL leaves open: here their elements decide.
 */
final class DatumOrder implements Comparator<Datum> {

    static final DatumOrder ORDER = new DatumOrder();

    /** The order of texts in Go, which differs from Java's for characters beyond U+FFFF. */
    static final Comparator<String> OF_TEXTS =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private DatumOrder() {}

    @Override
    public int compare(Datum a, Datum b) {
        if (a instanceof Datum.Text one && b instanceof Datum.Text other) {
            return OF_TEXTS.compare(one.value(), other.value());
        }
        if (a instanceof Datum.Numeral one && b instanceof Datum.Numeral other) {
            return one.value().compareTo(other.value());
        }
        if (a instanceof Datum.Bool one && b instanceof Datum.Bool other) {
            return Boolean.compare(one.value(), other.value());
        }
        if (a instanceof Datum.Sequence one && b instanceof Datum.Sequence other) {
            return compare(one.elements(), other.elements());
        }
        if (a instanceof Datum.Table one && b instanceof Datum.Table other) {
            return compare(one, other);
        }
        return Integer.compare(rank(a), rank(b));
    }

    private int compare(List<Datum> a, List<Datum> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private int compare(Datum.Table a, Datum.Table b) {
        Iterator<Map.Entry<String, Datum>> others = sorted(b).entrySet().iterator();
        for (Map.Entry<String, Datum> entry : sorted(a).entrySet()) {
            if (!others.hasNext()) {
                return 1;
            }
            Map.Entry<String, Datum> other = others.next();
            int byKey = OF_TEXTS.compare(entry.getKey(), other.getKey());
            int order = byKey == 0 ? compare(entry.getValue(), other.getValue()) : byKey;
            if (order != 0) {
                return order;
            }
        }
        return others.hasNext() ? -1 : 0;
    }

    /** Returns the entries of a map in the order of their keys. */
    static Map<String, Datum> sorted(Datum.Table table) {
        Map<String, Datum> sorted = new TreeMap<>(OF_TEXTS);
        sorted.putAll(table.entries());
        return sorted;
    }

    /** What is of different kinds is ordered by the kind; null comes last. */
    private static int rank(Datum value) {
        if (value instanceof Datum.Bool) {
            return 0;
        }
        if (value instanceof Datum.Numeral) {
            return 1;
        }
        if (value instanceof Datum.Text) {
            return 2;
        }
        if (value instanceof Datum.Sequence) {
            return 3;
        }
        return value instanceof Datum.Table ? 4 : 5;
    }
}
