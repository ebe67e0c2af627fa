package dev.gantry.jobfile.hcl;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;

/** The value of a setting as written: nothing is resolved or calculated. */
public sealed interface HclValue {

    /**
     * Returns the position of the value.
     *
     * @return where it begins
     */
    Position position();

    /**
     * A string or heredoc, its escapes resolved; <code>${…}</code> stands in it as it was written.
     *
     * @param value the text
     * @param position where its quote or {@code <<} stands
     */
    record Text(String value, Position position) implements HclValue {}

    /**
     * A number.
     *
     * @param literal as written: {@code 10}, {@code -1.5e3}, {@code 0x1F}, or {@code 0644}, which is octal
     * @param position where it begins
     */
    record Numeral(String literal, Position position) implements HclValue {

        /**
         * Returns the value of the number.
         *
         * @return the exact value
         */
        public BigDecimal value() {
            boolean negative = literal.startsWith("-");
            BigDecimal magnitude = magnitude(negative ? literal.substring(1) : literal);
            return negative ? magnitude.negate() : magnitude;
        }

        private static BigDecimal magnitude(String digits) {
            if (digits.toLowerCase(Locale.ROOT).startsWith("0x")) {
                return new BigDecimal(new BigInteger(digits.substring(2), 16));
            }
            boolean octal = digits.matches("0[0-7]+");
            return octal ? new BigDecimal(new BigInteger(digits, 8)) : new BigDecimal(digits);
        }
    }

    /** A boolean. * *
     *
     * @param value the value
     * @param position where it begins
     */
    record Bool(boolean value, Position position) implements HclValue {}

    /**
     * A list.
     *
     * @param elements in the order of the file
     * @param position where its bracket stands
     */
    record Sequence(List<HclValue> elements, Position position) implements HclValue {

        /** Makes the list immutable. */
        public Sequence {
            elements = List.copyOf(elements);
        }
    }

    /**
     * The content of braces, or of the whole file.
     *
     * @param items in the order of the file; a name may come more than once
     * @param position where its brace stands
     */
    record Body(List<HclItem> items, Position position) implements HclValue {

        /** Makes the list immutable. */
        public Body {
            items = List.copyOf(items);
        }
    }
}
