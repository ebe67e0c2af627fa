package dev.gantry.template;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes values as Go's package {@code fmt} does. */
final class GoText {

    private static final int WIDEST = 1000;

    private final Budget budget;

    GoText(Budget budget) {
        this.budget = budget;
    }

    /** Returns the text that an action prints. */
    String printed(Value value) {
        return value.equals(Value.None.NONE) ? "<no value>" : plain(value);
    }

    /** Returns the values with spaces between those that are both no text, as {@code Sprint} does. */
    String print(List<Value> values) {
        Budget.Writer text = budget.writer();
        boolean wasText = true;
        for (Value value : values) {
            boolean isText = value instanceof Value.Text;
            if (!wasText && !isText) {
                text.add(" ");
            }
            text.add(plain(value));
            wasText = isText;
        }
        return text.toString();
    }

    /** Returns the values with spaces between them and a newline at the end, as {@code Sprintln} does. */
    String println(List<Value> values) {
        Budget.Writer text = budget.writer();
        String space = "";
        for (Value value : values) {
            text.add(space).add(plain(value));
            space = " ";
        }
        return text.add("\n").toString();
    }

    private String plain(Value value) {
        if (value instanceof Value.Text text) {
            return text.value();
        }
        Budget.Writer text = budget.writer();
        write(value, text);
        return text.toString();
    }

    private void write(Value value, Budget.Writer text) {
        if (value instanceof Value.Bool bool) {
            text.add(String.valueOf(bool.value()));
        } else if (value instanceof Value.Int number) {
            text.add(Long.toString(number.value()));
        } else if (value instanceof Value.Real number) {
            text.add(general(number.value(), -1, 21, false));
        } else if (value instanceof Value.Text words) {
            text.add(words.value());
        } else if (value instanceof Value.Items items) {
            text.add("[");
            String space = "";
            for (Value item : items.values()) {
                text.add(space);
                write(item, text);
                space = " ";
            }
            text.add("]");
        } else if (value instanceof Value.Pairs pairs) {
            text.add("map");
            writeEntries(pairs.entries(), "[", "]", text);
        } else if (value instanceof Value.Fields object) {
            writeEntries(object.fields(), "{", "}", text);
        } else {
            text.add("<nil>");
        }
    }

    private void writeEntries(Map<String, Value> entries, String open, String close, Budget.Writer text) {
        text.add(open);
        String space = "";
        for (Map.Entry<String, Value> entry : entries.entrySet()) {
            text.add(space).add(entry.getKey()).add(":");
            write(entry.getValue(), text);
            space = " ";
        }
        text.add(close);
    }

    /** Returns a text by a format, as {@code Sprintf} does; what does not fit is marked as there, with {@code %!}. */
    String printf(String format, List<Value> values) {
        Budget.Writer text = budget.writer();
        Iterator<Value> rest = values.iterator();
        int at = 0;
        while (at < format.length()) {
            int percent = format.indexOf('%', at);
            if (percent < 0) {
                text.add(format.substring(at));
                break;
            }
            text.add(format.substring(at, percent));
            Directive directive = Directive.read(format, percent + 1);
            at = directive.end();
            if (directive.verb() == '%') {
                text.add("%");
            } else if (directive.verb() == 0) {
                text.add("%!(NOVERB)");
            } else if (!rest.hasNext()) {
                text.add("%!" + directive.written() + "(MISSING)");
            } else {
                text.add(directive.pad(format(directive, rest.next())));
            }
        }
        if (rest.hasNext()) {
            text.add("%!(EXTRA ");
            String comma = "";
            while (rest.hasNext()) {
                Value extra = rest.next();
                text.add(comma).add(described(extra));
                comma = ", ";
            }
            text.add(")");
        }
        return text.toString();
    }

    private String described(Value value) {
        return value.equals(Value.None.NONE) ? "<nil>" : value.kind() + "=" + plain(value);
    }

    private String format(Directive directive, Value value) {
        char verb = directive.verb();
        if (verb == 'v') {
            return value instanceof Value.Int number ? directive.signed(Long.toString(number.value())) : plain(value);
        }
        if (value instanceof Value.Items items && "sdqxXtefgc".indexOf(verb) >= 0) {
            Budget.Writer text = budget.writer().add("[");
            String space = "";
            for (Value item : items.values()) {
                text.add(space).add(format(directive, item));
                space = " ";
            }
            return text.add("]").toString();
        }
        if (value instanceof Value.Text text) {
            return switch (verb) {
                case 's' -> directive.cut(text.value());
                case 'q' -> quoted(directive.cut(text.value()));
                case 'x', 'X' -> hex(text.value(), verb);
                default -> mismatch(verb, value);
            };
        }
        if (value instanceof Value.Int number) {
            return integer(directive, number);
        }
        if (value instanceof Value.Real number) {
            int precision = directive.precision();
            return switch (verb) {
                case 'f', 'F' -> directive.signed(fixed(number.value(), precision < 0 ? 6 : precision));
                case 'e', 'E' -> directive.signed(exponential(number.value(), precision < 0 ? 6 : precision, verb));
                case 'g', 'G' -> directive.signed(general(number.value(), precision, 21, verb == 'G'));
                default -> mismatch(verb, value);
            };
        }
        return value instanceof Value.Bool bool && verb == 't' ? String.valueOf(bool.value()) : mismatch(verb, value);
    }

    private String integer(Directive directive, Value.Int number) {
        long value = number.value();
        return switch (directive.verb()) {
            case 'd' -> directive.signed(Long.toString(value));
            case 'x' -> Long.toString(value, 16);
            case 'X' -> Long.toString(value, 16).toUpperCase(Locale.ROOT);
            case 'o' -> Long.toString(value, 8);
            case 'b' -> Long.toString(value, 2);
            case 'c' -> Character.isValidCodePoint((int) value) ? Character.toString((int) value) : "\ufffd";
            case 'q' ->
                "'" + (Character.isValidCodePoint((int) value) ? Character.toString((int) value) : "\ufffd") + "'";
            case 'U' -> "U+%04X".formatted(value);
            default -> mismatch(directive.verb(), number);
        };
    }

    private String mismatch(char verb, Value value) {
        return "%!" + verb + "(" + described(value) + ")";
    }

    private String hex(String text, char verb) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        budget.text(2L * bytes.length);
        String digits = HexFormat.of().formatHex(bytes);
        return verb == 'X' ? digits.toUpperCase(Locale.ROOT) : digits;
    }

    /** Returns a text in quotes as Go writes it. */
    String quoted(String text) {
        Budget.Writer quoted = budget.writer().add("\"");
        text.codePoints().forEach(c -> quoted.add(escaped(c)));
        return quoted.add("\"").toString();
    }

    private static String escaped(int c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\t' -> "\\t";
            case '\r' -> "\\r";
            case 7 -> "\\a";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            case 11 -> "\\v";
            default -> {
                if (c < 0x20 || c == 0x7f) {
                    yield "\\x%02x".formatted(c);
                }
                boolean isShown = c < 0x7f
                        || Character.isLetterOrDigit(c)
                        || !(Character.isISOControl(c)
                                || Character.isSpaceChar(c)
                                || Character.getType(c) == Character.FORMAT
                                || Character.getType(c) == Character.UNASSIGNED
                                || Character.getType(c) == Character.SURROGATE
                                || Character.getType(c) == Character.PRIVATE_USE);
                yield isShown ? Character.toString(c) : (c > 0xffff ? "\\U%08x" : "\\u%04x").formatted(c);
            }
        };
    }

    private static String fixed(double value, int precision) {
        return special(
                value,
                new BigDecimal(Double.isFinite(value) ? value : 0)
                        .setScale(precision, RoundingMode.HALF_EVEN)
                        .toPlainString());
    }

    private static String exponential(double value, int precision, char verb) {
        if (!Double.isFinite(value)) {
            return special(value, "");
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        return special(value, exponential(rounded.abs(), precision, verb == 'E' ? 'E' : 'e', value < 0));
    }

    private static String exponential(BigDecimal value, int decimals, char letter, boolean isNegative) {
        String digits = value.unscaledValue().toString();
        int exponent = value.signum() == 0 ? 0 : digits.length() - 1 - value.scale();
        StringBuilder padded = new StringBuilder(digits);
        while (padded.length() < decimals + 1) {
            padded.append('0');
        }
        String fraction = decimals == 0 ? "" : "." + padded.substring(1, decimals + 1);
        return "%s%s%s%c%s%02d"
                .formatted(
                        isNegative ? "-" : "",
                        padded.charAt(0),
                        fraction,
                        letter,
                        exponent < 0 ? "-" : "+",
                        Math.abs(exponent));
    }

    /** Returns the shortest digits that mean the number, or those of a precision; large exponents are written. */
    private static String general(double value, int precision, int highest, boolean isUpper) {
        if (!Double.isFinite(value) || value == 0) {
            return special(value, Double.compare(value, -0.0) == 0 ? "-0" : "0");
        }
        BigDecimal digits = precision < 0
                ? shortest(value)
                : new BigDecimal(value).round(new MathContext(Math.max(1, precision), RoundingMode.HALF_EVEN));
        BigDecimal plain = digits.abs().stripTrailingZeros();
        int length = plain.precision();
        int exponent = length - 1 - plain.scale();
        int threshold = precision < 0 ? highest : Math.max(Math.max(1, precision), Math.min(length, highest));
        if (exponent < -4 || exponent >= threshold) {
            return exponential(plain, length - 1, isUpper ? 'E' : 'e', value < 0);
        }
        return (value < 0 ? "-" : "") + plain.toPlainString();
    }

    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        for (int precision = 1; precision < 17; precision++) {
            BigDecimal rounded = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
            if (rounded.doubleValue() == value) {
                return rounded;
            }
        }
        return exact.round(new MathContext(17, RoundingMode.HALF_EVEN));
    }

    private static String special(double value, String finite) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        return Double.isInfinite(value) ? (value > 0 ? "+Inf" : "-Inf") : finite;
    }

    /** A directive of a format: flags, width, precision and verb. */
    private record Directive(String flags, int width, int precision, char verb, int end) {

        static Directive read(String format, int start) {
            int at = start;
            while (at < format.length() && "+-# 0".indexOf(format.charAt(at)) >= 0) {
                at++;
            }
            String flags = format.substring(start, at);
            int width = 0;
            while (at < format.length() && Character.digit(format.charAt(at), 10) >= 0) {
                width = Math.min(WIDEST, width * 10 + Character.digit(format.charAt(at), 10));
                at++;
            }
            int precision = -1;
            if (at < format.length() && format.charAt(at) == '.') {
                at++;
                precision = 0;
                while (at < format.length() && Character.digit(format.charAt(at), 10) >= 0) {
                    precision = Math.min(WIDEST, precision * 10 + Character.digit(format.charAt(at), 10));
                    at++;
                }
            }
            boolean hasVerb = at < format.length();
            return new Directive(flags, width, precision, hasVerb ? format.charAt(at) : 0, hasVerb ? at + 1 : at);
        }

        String written() {
            return String.valueOf(verb);
        }

        String signed(String number) {
            if (number.startsWith("-") || number.startsWith("+")) {
                return number;
            }
            return flags.contains("+") ? "+" + number : flags.contains(" ") ? " " + number : number;
        }

        String cut(String text) {
            return precision >= 0 && text.codePointCount(0, text.length()) > precision
                    ? text.substring(0, text.offsetByCodePoints(0, precision))
                    : text;
        }

        String pad(String text) {
            int missing = width - text.codePointCount(0, text.length());
            if (missing <= 0) {
                return text;
            }
            if (flags.contains("-")) {
                return text + " ".repeat(missing);
            }
            boolean hasZeros = flags.contains("0") && verb != 'q';
            if (!hasZeros) {
                return " ".repeat(missing) + text;
            }
            boolean hasSign = "dfFeEgGxXob".indexOf(verb) >= 0 && (text.startsWith("-") || text.startsWith("+"));
            return hasSign ? text.charAt(0) + "0".repeat(missing) + text.substring(1) : "0".repeat(missing) + text;
        }
    }
}
