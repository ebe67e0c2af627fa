package dev.gantry.jobfile.hcl2;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A value of an expression.
 *
 * <p>Values share their parts, so a small file could describe a huge value: each one knows how large and how deep it is
 * when it is written out, and {@link Budget} refuses what is beyond any use.
 */
sealed interface Datum {

    /** Returns the number of characters and values in it. */
    long size();

    /** Returns how deep it is nested; 1 for a text. */
    default int depth() {
        return 1;
    }

    /** Describes its kind for messages. */
    String kind();

    /**
     * A text.
     *
     * @param value the text
     * @param known false if it has a part, such as <code>${attr.kernel.name}</code>, that only the server or a node can
     *     fill in: then it can be passed on, and nothing can be calculated of it
     */
    record Text(String value, boolean known) implements Datum {

        @Override
        public long size() {
            return 1L + value.length();
        }

        @Override
        public String kind() {
            return "a text";
        }
    }

    /**
     * A number.
     *
     * @param value the exact value
     * @param literal how it is written: {@code 1.10} keeps its zero where it is used as a text
     */
    record Numeral(BigDecimal value, String literal) implements Datum {

        static Numeral of(BigDecimal value) {
            BigDecimal plain = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
            return new Numeral(plain, plain.toPlainString());
        }

        static Numeral of(long value) {
            return of(BigDecimal.valueOf(value));
        }

        @Override
        public long size() {
            return 1L + literal.length();
        }

        @Override
        public String kind() {
            return "a number";
        }
    }

    /** A boolean. */
    record Bool(boolean value) implements Datum {

        @Override
        public long size() {
            return 1;
        }

        @Override
        public String kind() {
            return Boolean.toString(value);
        }
    }

    /** Nothing: a setting with this value is left out. */
    record Null() implements Datum {

        static final Null NULL = new Null();

        @Override
        public long size() {
            return 1;
        }

        @Override
        public String kind() {
            return "null";
        }
    }

    /**
     * A list, or a set: a sorted list without equal elements, whose elements have no index.
     *
     * @param elements the elements
     */
    record Sequence(List<Datum> elements, boolean isSet, long size, int depth) implements Datum {

        static Sequence of(List<? extends Datum> elements) {
            return new Sequence(List.copyOf(elements), false, sizeOf(elements), depthOf(elements));
        }

        /** Makes a set of what differs, in the order of {@link DatumOrder}. */
        static Sequence setOf(Collection<? extends Datum> elements) {
            List<Datum> kept =
                    distinct(elements).stream().sorted(DatumOrder.ORDER).toList();
            return new Sequence(kept, true, sizeOf(kept), depthOf(kept));
        }

        /** Returns the first of each group of equal elements, in their order. */
        static List<Datum> distinct(Collection<? extends Datum> elements) {
            Map<String, Datum> distinct = new LinkedHashMap<>();
            elements.forEach(element -> distinct.putIfAbsent(element.canonical(), element));
            return List.copyOf(distinct.values());
        }

        @Override
        public String kind() {
            return isSet ? "a set" : "a list";
        }
    }

    /**
     * A map or an object.
     *
     * @param entries in the order in which they are written
     */
    record Table(Map<String, Datum> entries, long size, int depth) implements Datum {

        static Table of(Map<String, ? extends Datum> entries) {
            long keys = entries.keySet().stream().mapToLong(String::length).sum();
            return new Table(
                    Collections.unmodifiableMap(new LinkedHashMap<>(entries)),
                    keys + sizeOf(entries.values()),
                    depthOf(entries.values()));
        }

        @Override
        public String kind() {
            return "a map";
        }
    }

    /** Makes a known text. */
    static Text text(String value) {
        return new Text(value, true);
    }

    /**
     * Returns a text that equal values have in common, however numbers are written and maps are ordered. As a key it is
     * found soon in any map, which a value is not if somebody has chosen values with equal hashes.
     */
    default String canonical() {
        StringBuilder text = new StringBuilder();
        writeCanonical(text);
        return text.toString();
    }

    private void writeCanonical(StringBuilder text) {
        if (this instanceof Text written) {
            text.append('"').append(written.value().length()).append(':').append(written.value());
        } else if (this instanceof Numeral number) {
            text.append(Numeral.of(number.value()).literal());
        } else if (this instanceof Sequence list) {
            text.append('[');
            list.elements().forEach(element -> {
                element.writeCanonical(text);
                text.append(',');
            });
            text.append(']');
        } else if (this instanceof Table table) {
            text.append('{');
            new TreeMap<>(table.entries()).forEach((key, value) -> {
                text.append(key.length()).append(':').append(key);
                value.writeCanonical(text);
                text.append(',');
            });
            text.append('}');
        } else {
            text.append(kind());
        }
    }

    private static long sizeOf(Collection<? extends Datum> parts) {
        long size = 1L + parts.size();
        for (Datum part : parts) {
            size = Math.min(Budget.LARGEST + 1, size + part.size());
        }
        return size;
    }

    private static int depthOf(Collection<? extends Datum> parts) {
        return 1 + parts.stream().mapToInt(Datum::depth).max().orElse(0);
    }
}
