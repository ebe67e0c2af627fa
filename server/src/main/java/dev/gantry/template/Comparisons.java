package dev.gantry.template;

/** Compares values as the functions {@code eq} and {@code lt} of Go's {@code text/template} do. */
final class Comparisons {

    private Comparisons() {}

    static boolean areEqual(Value one, Value other) {
        if (one.equals(Value.None.NONE) || other.equals(Value.None.NONE)) {
            return one.equals(other);
        }
        requireComparable(one);
        requireComparable(other);
        requireSameKind(one, other);
        // Numbers by ==, by which 0 and -0 are equal, and NaN is not.
        return (one instanceof Value.Real a && other instanceof Value.Real b)
                ? a.value() == b.value()
                : one.equals(other);
    }

    /** Returns less than, more than or exactly 0. */
    static int compare(Value one, Value other) {
        requireSameKind(one, other);
        if (one instanceof Value.Int a && other instanceof Value.Int b) {
            return Long.compare(a.value(), b.value());
        }
        if (one instanceof Value.Real a && other instanceof Value.Real b) {
            return a.value() == b.value() ? 0 : Double.compare(a.value(), b.value());
        }
        if (one instanceof Value.Text a && other instanceof Value.Text b) {
            return a.value().compareTo(b.value());
        }
        throw new TemplateFault("values of the kind %s have no order".formatted(one.kind()));
    }

    private static void requireComparable(Value value) {
        if (value instanceof Value.Items || value instanceof Value.Pairs || value instanceof Value.Fields) {
            throw new TemplateFault("a value of the kind %s can't be compared".formatted(value.kind()));
        }
    }

    private static void requireSameKind(Value one, Value other) {
        if (!one.kind().equals(other.kind())) {
            throw new TemplateFault(
                    "can't compare values of the kinds %s and %s: convert one, as with parseInt or printf \"%%v\""
                            .formatted(one.kind(), other.kind()));
        }
    }
}
