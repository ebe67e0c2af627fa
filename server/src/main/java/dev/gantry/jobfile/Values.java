package dev.gantry.jobfile;

import com.google.protobuf.Duration;
import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.HclValue.Body;
import dev.gantry.jobfile.hcl.HclValue.Bool;
import dev.gantry.jobfile.hcl.HclValue.Numeral;
import dev.gantry.jobfile.hcl.HclValue.Sequence;
import dev.gantry.jobfile.hcl.HclValue.Text;
import dev.gantry.jobfile.hcl.TextFaultException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Converts values to the type that a key needs. As in Nomad, a number is accepted as a text and a quoted number as a
 * number.
 */
final class Values {

    private Values() {}

    /** Returns a text, or a number as it is written, so that the version {@code 1.10} keeps its zero. */
    static String text(String key, HclValue value) {
        if (value instanceof Text text) {
            return text.value();
        }
        if (value instanceof Numeral number) {
            return number.literal();
        }
        if (value instanceof Bool bool) {
            // Nomad 0.8 makes this "1" or "0", later ones "true" or "false".
            String spelled = bool.value() ? "\"true\" or \"1\"" : "\"false\" or \"0\"";
            throw new TextFaultException(value.position(), key + " must be text: write " + spelled);
        }
        throw unfit(key, value, "text");
    }

    /** Returns a text, a number or a boolean as it is written, for values that a task gets as text. */
    static String written(String key, HclValue value) {
        return value instanceof Bool bool ? Boolean.toString(bool.value()) : text(key, value);
    }

    /** A list of texts. */
    static List<String> texts(String key, HclValue value) {
        if (value instanceof Sequence sequence) {
            return sequence.elements().stream()
                    .map(element -> text(key, element))
                    .toList();
        }
        throw unfit(key, value, "a list, such as [\"…\"]");
    }

    /** Returns a whole number in a range. Messages do not mention an upper end of {@link Integer#MAX_VALUE}. */
    static int integer(String key, HclValue value, int least, int most) {
        return number(value)
                .filter(number -> number.stripTrailingZeros().scale() <= 0)
                .filter(number -> number.compareTo(BigDecimal.valueOf(least)) >= 0)
                .filter(number -> number.compareTo(BigDecimal.valueOf(most)) <= 0)
                .orElseThrow(() -> unfit(key, value, range(least, most)))
                .intValueExact();
    }

    /**
     * Returns a duration of 0 or more. A number without a unit is refused: in Nomad it means nanoseconds, by mistake.
     */
    static Duration duration(String key, HclValue value) {
        return Optional.of(value)
                .filter(given -> given instanceof Text || isZero(given))
                .flatMap(given -> HclDuration.parse(text(key, given)))
                .orElseThrow(() -> unfit(key, value, "a duration, such as \"30s\" or \"1h30m\""));
    }

    /** Returns the value of one of some words. */
    static <T> T word(String key, HclValue value, Map<String, T> words) {
        return Optional.ofNullable(value instanceof Text text ? words.get(text.value()) : null)
                .orElseThrow(() -> unfit(
                        key,
                        value,
                        words.keySet().stream()
                                .sorted()
                                .map(word -> "\"" + word + "\"")
                                .collect(Collectors.joining(" or "))));
    }

    /** Returns a boolean, quoted or not. */
    static boolean bool(String key, HclValue value) {
        if (value instanceof Bool bool) {
            return bool.value();
        }
        if (value instanceof Text text && List.of("true", "false").contains(text.value())) {
            return text.value().equals("true");
        }
        throw unfit(key, value, "true or false");
    }

    /** Describes a value for messages. */
    static String described(HclValue value) {
        if (value instanceof Text text) {
            return Excerpt.quoted(text.value());
        }
        if (value instanceof Numeral number) {
            return Excerpt.of(number.literal());
        }
        if (value instanceof Bool bool) {
            return Boolean.toString(bool.value());
        }
        return value instanceof Body ? "a block" : "a list";
    }

    static boolean isZero(HclValue value) {
        return value instanceof Numeral number && number.literal().equals("0");
    }

    private static Optional<BigDecimal> number(HclValue value) {
        if (value instanceof Numeral number) {
            return Optional.of(number.value());
        }
        return Optional.of(value)
                .filter(Text.class::isInstance)
                .map(text -> ((Text) text).value())
                .filter(text -> text.matches("-?[0-9]{1,10}"))
                .map(BigDecimal::new);
    }

    private static String range(int least, int most) {
        return most == Integer.MAX_VALUE
                ? "a whole number of %d or more".formatted(least)
                : "a whole number from %d to %d".formatted(least, most);
    }

    private static TextFaultException unfit(String key, HclValue value, String wanted) {
        return new TextFaultException(
                value.position(), "%s must be %s, not %s".formatted(key, wanted, described(value)));
    }
}
