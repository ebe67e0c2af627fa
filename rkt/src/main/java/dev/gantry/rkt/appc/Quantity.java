package dev.gantry.rkt.appc;

import dev.gantry.rkt.RktException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of a resource in the notation of the Kubernetes resource model, which rkt has for memory and CPU.
 *
 * @param text as it was written, such as {@code 64M}, {@code 1Gi} or {@code 100m}
 * @param amount in bytes or CPUs
 */
public record Quantity(String text, BigDecimal amount) {

    private static final Pattern SYNTAX = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)([A-Za-z]*)");
    private static final Map<String, Integer> DECIMAL_EXPONENTS =
            Map.of("n", -9, "u", -6, "m", -3, "", 0, "k", 3, "M", 6, "G", 9, "T", 12, "P", 15, "E", 18);
    private static final Map<String, Integer> BINARY_EXPONENTS =
            Map.of("Ki", 10, "Mi", 20, "Gi", 30, "Ti", 40, "Pi", 50, "Ei", 60);

    /**
     * Reads a quantity.
     *
     * @param text the notation
     * @return the quantity, 0 or more
     * @throws RktException if it can't be understood
     */
    public static Quantity parse(String text) throws RktException {
        Matcher matcher = SYNTAX.matcher(text);
        if (matcher.matches()) {
            BigDecimal number = new BigDecimal(matcher.group(1));
            String suffix = matcher.group(2);
            if (DECIMAL_EXPONENTS.containsKey(suffix)) {
                return new Quantity(text, number.scaleByPowerOfTen(DECIMAL_EXPONENTS.get(suffix)));
            }
            if (BINARY_EXPONENTS.containsKey(suffix)) {
                BigInteger factor = BigInteger.ONE.shiftLeft(BINARY_EXPONENTS.get(suffix));
                return new Quantity(text, number.multiply(new BigDecimal(factor)));
            }
        }
        throw new RktException(
                "\"%s\" is no quantity: expected a number and one of m, k, M, G, T, Ki, Mi, Gi, Ti, or none"
                        .formatted(text));
    }
}
