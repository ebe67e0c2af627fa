package dev.gantry.template;

/** Reads numbers as Go writes them: {@code 10}, {@code 1_000}, {@code 0x1F}, {@code 0b1}, {@code 0o7}, {@code 1.5}, {@code 1e3}. */
final class NumberLiteral {

    private NumberLiteral() {}

    static Value parse(Token token) throws TemplateException {
        String written = token.text().replace("_", "");
        try {
            boolean isNegative = written.startsWith("-");
            String digits = isNegative || written.startsWith("+") ? written.substring(1) : written;
            int base = base(digits);
            if (base != 10) {
                String plain = digits.substring(digits.charAt(1) >= '0' && digits.charAt(1) <= '9' ? 1 : 2);
                return new Value.Int(Long.parseLong((isNegative ? "-" : "") + plain, base));
            }
            if (digits.matches("\\d+")) {
                return new Value.Int(Long.parseLong((isNegative ? "-" : "") + digits));
            }
            if (digits.matches("\\d*\\.?\\d*([eE][+-]?\\d+)?")) {
                double value = Double.parseDouble(written);
                if (Double.isFinite(value)) {
                    return new Value.Real(value);
                }
            }
        } catch (NumberFormatException e) {
            // Reported below, as every other text that is no number.
        }
        throw new TemplateException(token.position(), "\"%s\" is no number, or is too large".formatted(token.text()));
    }

    private static int base(String digits) {
        if (digits.length() < 2 || digits.charAt(0) != '0') {
            return 10;
        }
        return switch (digits.charAt(1)) {
            case 'x', 'X' -> 16;
            case 'b', 'B' -> 2;
            case 'o', 'O' -> 8;
            case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> digits.matches("\\d+") ? 8 : 10;
            default -> 10;
        };
    }
}
