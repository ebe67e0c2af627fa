package dev.gantry.jobfile.hcl2;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.stream.IntStream;

/** Functions on numbers. */
final class NumberFunctions {

    private NumberFunctions() {}

    static void addTo(Functions.Table table) {
        table.add("abs", 1, a -> Datum.Numeral.of(a.number(0).abs()));
        table.add("ceil", 1, a -> Datum.Numeral.of(a.number(0).setScale(0, RoundingMode.CEILING)));
        table.add("floor", 1, a -> Datum.Numeral.of(a.number(0).setScale(0, RoundingMode.FLOOR)));
        table.add("signum", 1, a -> Datum.Numeral.of(a.number(0).signum()));
        table.add(
                "max",
                1,
                Integer.MAX_VALUE,
                a -> Datum.Numeral.of(IntStream.range(0, a.count())
                        .mapToObj(a::number)
                        .reduce(BigDecimal::max)
                        .orElseThrow()));
        table.add(
                "min",
                1,
                Integer.MAX_VALUE,
                a -> Datum.Numeral.of(IntStream.range(0, a.count())
                        .mapToObj(a::number)
                        .reduce(BigDecimal::min)
                        .orElseThrow()));
        table.add(
                "log",
                2,
                a -> real(
                        Math.log(a.number(0).doubleValue())
                                / Math.log(a.number(1).doubleValue()),
                        a));
        table.add("pow", 2, NumberFunctions::pow);
        table.add("parseint", 2, NumberFunctions::parseInt);
    }

    /** Whole powers are exact. */
    private static Datum pow(Arguments a) {
        BigDecimal base = a.number(0);
        BigDecimal exponent = a.number(1);
        boolean exact = exponent.stripTrailingZeros().scale() <= 0
                && exponent.signum() >= 0
                && exponent.compareTo(BigDecimal.valueOf(1000)) <= 0
                && base.precision() <= 20;
        if (exact) {
            a.charge(exponent.longValue() * base.precision());
            return Evaluator.bounded(base.pow(exponent.intValueExact()), a.position());
        }
        return real(Math.pow(base.doubleValue(), exponent.doubleValue()), a);
    }

    private static Datum real(double value, Arguments a) {
        if (!Double.isFinite(value)) {
            throw a.fault(0, a.function() + " has no finite result here");
        }
        return Datum.Numeral.of(BigDecimal.valueOf(value));
    }

    private static Datum parseInt(Arguments a) {
        int base = a.integer(1, 2, 36);
        String digits = a.text(0);
        if (digits.length() > 300) {
            throw a.fault(0, "this number has more than 300 digits");
        }
        try {
            return Datum.Numeral.of(new BigDecimal(new BigInteger(digits, base)));
        } catch (NumberFormatException e) {
            throw a.fault(0, "%s is no whole number of base %d".formatted(Evaluator.described(a.any(0)), base));
        }
    }
}
