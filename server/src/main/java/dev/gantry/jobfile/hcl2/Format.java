package dev.gantry.jobfile.hcl2;

import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Formats texts with verbs such as {@code %s} and {@code %05.2f}, as in Go. */
final class Format {

    /** The widest field, and the most digits after the point. */
    private static final int WIDEST = 1000;

    /** The precision by which {@code %g} without one decides. */
    private static final int SHORTEST_PRECISION = 6;

    private static final Pattern VERB =
            Pattern.compile("%(?:%|([-+ 0#]{0,5})([0-9]{0,5})(?:\\.([0-9]{0,5}))?(?:\\[([0-9]{1,5})\\])?([A-Za-z]))");

    private final Arguments arguments;

    Format(Arguments arguments) {
        this.arguments = arguments;
    }

    /** Formats the arguments behind the first, which is the format. */
    Datum.Text format() {
        return format(arguments.text(0), values());
    }

    /** Formats once for each element of the lists among the arguments, which have equal lengths. */
    Datum formatList() {
        int length = -1;
        for (int i = 1; i < arguments.count(); i++) {
            if (arguments.any(i) instanceof Datum.Sequence list) {
                if (length >= 0 && length != list.elements().size()) {
                    throw arguments.fault(
                            i,
                            "lists of %d and of %d elements"
                                    .formatted(length, list.elements().size()));
                }
                length = list.elements().size();
            }
        }
        List<Datum> results = new ArrayList<>();
        for (int i = 0; i < (length < 0 ? 1 : length); i++) {
            Datum.Text text = format(arguments.text(0), length < 0 ? values() : elements(i));
            arguments.charge(text.size());
            results.add(text);
        }
        return Datum.Sequence.of(results);
    }

    private List<Datum> values() {
        return arguments.values().subList(1, arguments.count());
    }

    private List<Datum> elements(int index) {
        return values().stream()
                .map(value ->
                        value instanceof Datum.Sequence list ? list.elements().get(index) : value)
                .toList();
    }

    private Datum.Text format(String format, List<Datum> values) {
        StringBuilder text = new StringBuilder();
        boolean known = true;
        int next = 0;
        int from = 0;
        Matcher verb = VERB.matcher(format);
        for (int at = format.indexOf('%'); at >= 0; at = format.indexOf('%', from)) {
            text.append(format, from, at);
            verb.region(at, format.length());
            if (!verb.lookingAt()) {
                throw arguments.fault(
                        0, "%% at character %d begins no verb: write %%%% for a plain %%".formatted(at + 1));
            }
            from = verb.end();
            if (verb.group(5) == null) {
                text.append('%');
                continue;
            }
            next = verb.group(4) == null ? next + 1 : Integer.parseInt(verb.group(4));
            if (next < 1 || next > values.size()) {
                throw arguments.fault(0, "%s has no argument %d".formatted(verb.group(), next));
            }
            Datum value = values.get(next - 1);
            String formatted = formatted(verb, value, next);
            arguments.charge(formatted.length());
            text.append(formatted);
            known &= !(value instanceof Datum.Text written) || written.known();
        }
        return new Datum.Text(text.append(format, from, format.length()).toString(), known);
    }

    private String formatted(Matcher verb, Datum value, int argument) {
        String flags = verb.group(1);
        int width = bounded(verb.group(2), 0);
        int precision = bounded(verb.group(3), -1);
        String body = switch (verb.group(5)) {
            case "v" -> {
                if (flags.contains("#")) {
                    yield Json.write(value, arguments.positionOf(argument));
                }
                yield value instanceof Datum.Sequence || value instanceof Datum.Table || value instanceof Datum.Null
                        ? Json.write(value, arguments.positionOf(argument))
                        : Evaluator.text(value, arguments.positionOf(argument)).value();
            }
            case "s" ->
                cut(Evaluator.text(value, arguments.positionOf(argument)).value(), precision);
            case "q" ->
                new JsonPrimitive(cut(
                                Evaluator.text(value, arguments.positionOf(argument))
                                        .value(),
                                precision))
                        .toString();
            case "t" -> Boolean.toString(Evaluator.bool(value, arguments.positionOf(argument)));
            case "d" -> integer(value, argument).toString();
            case "b" -> integer(value, argument).toString(2);
            case "o" -> integer(value, argument).toString(8);
            case "x" -> hexadecimal(value, argument);
            case "X" -> hexadecimal(value, argument).toUpperCase(Locale.ROOT);
            case "f", "F" ->
                number(value, argument)
                        .setScale(precision < 0 ? 6 : precision, RoundingMode.HALF_EVEN)
                        .toPlainString();
            case "e" -> scientific(number(value, argument), precision);
            case "E" -> scientific(number(value, argument), precision).toUpperCase(Locale.ROOT);
            case "g" -> general(number(value, argument), precision);
            case "G" -> general(number(value, argument), precision).toUpperCase(Locale.ROOT);
            default -> throw arguments.fault(0, verb.group() + " is no verb of format");
        };
        boolean signed = "dfFeEgG".contains(verb.group(5)) && !body.startsWith("-");
        String sign = signed && flags.contains("+") ? "+" : signed && flags.contains(" ") ? " " : "";
        return padded(sign + body, flags, width, "dboxXfFeEgG".contains(verb.group(5)));
    }

    private String padded(String text, String flags, int width, boolean isNumber) {
        if (width == 0) {
            return text;
        }
        arguments.charge(Arguments.SEGMENTATION * text.length());
        int missing = width - Graphemes.count(text);
        if (missing <= 0) {
            return text;
        }
        if (flags.contains("-")) {
            return text + " ".repeat(missing);
        }
        if (!flags.contains("0")) {
            return " ".repeat(missing) + text;
        }
        boolean isSigned = isNumber && (text.startsWith("-") || text.startsWith("+") || text.startsWith(" "));
        int sign = isSigned ? 1 : 0;
        return text.substring(0, sign) + "0".repeat(missing) + text.substring(sign);
    }

    private int bounded(String digits, int none) {
        if (digits == null || digits.isEmpty()) {
            return digits == null ? none : 0;
        }
        int value = Integer.parseInt(digits);
        if (value > WIDEST) {
            throw arguments.fault(0, "a field has at most %d characters".formatted(WIDEST));
        }
        return value;
    }

    private static String cut(String text, int precision) {
        return precision < 0 ? text : Graphemes.part(text, 0, precision);
    }

    private BigDecimal number(Datum value, int argument) {
        return Evaluator.number(value, arguments.positionOf(argument));
    }

    private BigInteger integer(Datum value, int argument) {
        BigDecimal number = number(value, argument);
        if (number.stripTrailingZeros().scale() > 0) {
            throw arguments.fault(argument, "must be a whole number, not " + Evaluator.described(value));
        }
        return number.toBigInteger();
    }

    private String hexadecimal(Datum value, int argument) {
        if (value instanceof Datum.Text text && !TypeConstraint.isNumber(text.value())) {
            Evaluator.requireKnown(value, arguments.positionOf(argument));
            return HexFormat.of().formatHex(text.value().getBytes(StandardCharsets.UTF_8));
        }
        return integer(value, argument).toString(16);
    }

    /** Writes a number as {@code %g} of Go: in scientific notation if its exponent is below -4, or as large as its precision. */
    private static String general(BigDecimal number, int precision) {
        if (number.signum() == 0) {
            return "0";
        }
        int most = Math.max(1, precision);
        BigDecimal rounded = precision < 0 ? number : number.round(new MathContext(most, RoundingMode.HALF_EVEN));
        BigDecimal shortest = rounded.stripTrailingZeros();
        int digits = shortest.precision();
        int exponent = digits - shortest.scale() - 1;
        int largest = precision < 0 ? SHORTEST_PRECISION : digits < most && digits > exponent ? digits : most;
        return exponent < -4 || exponent >= largest ? scientific(shortest, digits - 1) : shortest.toPlainString();
    }

    private static String scientific(BigDecimal number, int precision) {
        int digits = precision < 0 ? 6 : precision;
        if (number.signum() == 0) {
            return new BigDecimal(BigInteger.ZERO, digits).toPlainString() + "e+00";
        }
        BigDecimal rounded = number.round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        String mantissa = rounded.movePointLeft(exponent).setScale(digits).toPlainString();
        return "%se%s%02d".formatted(mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
}
