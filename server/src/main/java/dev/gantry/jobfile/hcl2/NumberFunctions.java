package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.TextFaultException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.stream.IntStream;

/** Functions on numbers. */
final class NumberFunctions {

    private static final int HIGHEST_BASE = 62;

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
        int base = a.integer(1, 2, HIGHEST_BASE);
        String digits = a.text(0);
        if (digits.length() > 300) {
            throw a.fault(0, "this number has more than 300 digits");
        }
        boolean isSigned = digits.startsWith("-") || digits.startsWith("+");
        BigInteger value = BigInteger.ZERO;
        for (int i = isSigned ? 1 : 0; i < digits.length(); i++) {
            int digit = digit(digits.charAt(i), base);
            if (digit >= base) {
                throw isNoNumber(a, base);
            }
            value = value.multiply(BigInteger.valueOf(base)).add(BigInteger.valueOf(digit));
        }
        if (digits.length() == (isSigned ? 1 : 0)) {
            throw isNoNumber(a, base);
        }
        return Datum.Numeral.of(new BigDecimal(digits.startsWith("-") ? value.negate() : value));
    }

    /** Returns the value of a digit: letters stand for 10 to 35, and above base 36 capitals for 36 to 61, as in Go. */
    private static int digit(char digit, int base) {
        if ('0' <= digit && digit <= '9') {
            return digit - '0';
        }
        if ('a' <= digit && digit <= 'z') {
            return digit - 'a' + 10;
        }
        if ('A' <= digit && digit <= 'Z') {
            return digit - 'A' + (base <= Character.MAX_RADIX ? 10 : Character.MAX_RADIX);
        }
        return Integer.MAX_VALUE;
    }

    private static TextFaultException isNoNumber(Arguments a, int base) {
        return a.fault(0, "%s is no whole number of base %d".formatted(Evaluator.described(a.any(0)), base));
    }
}
