package dev.gantry.cli.jobfile;

import com.google.protobuf.Duration;
import dev.gantry.cli.jobfile.hcl.Excerpt;
import dev.gantry.cli.jobfile.hcl.HclValue;
import dev.gantry.cli.jobfile.hcl.HclValue.Body;
import dev.gantry.cli.jobfile.hcl.HclValue.Bool;
import dev.gantry.cli.jobfile.hcl.HclValue.Numeral;
import dev.gantry.cli.jobfile.hcl.HclValue.Sequence;
import dev.gantry.cli.jobfile.hcl.HclValue.Text;
import dev.gantry.cli.jobfile.hcl.TextFaultException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads single values as what a key needs; as Nomad, takes a number for a text and a quoted number for a number. */
final class Values {

    private Values() {}

    /** A text, or a number as it is written, so that {@code 1.10} stays the version it looks like. */
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

    /** A list of texts. */
    static List<String> texts(String key, HclValue value) {
        if (value instanceof Sequence sequence) {
            return sequence.elements().stream()
                    .map(element -> text(key, element))
                    .toList();
        }
        throw unfit(key, value, "a list, such as [\"…\"]");
    }

    /** A whole number in a range; an upper end of {@link Integer#MAX_VALUE} is not worth a word. */
    static int integer(String key, HclValue value, int least, int most) {
        return number(value)
                .filter(number -> number.stripTrailingZeros().scale() <= 0)
                .filter(number -> number.compareTo(BigDecimal.valueOf(least)) >= 0)
                .filter(number -> number.compareTo(BigDecimal.valueOf(most)) <= 0)
                .orElseThrow(() -> unfit(key, value, range(least, most)))
                .intValueExact();
    }

    /** A duration of 0 or more. A bare number would be nanoseconds in Nomad, which nobody means. */
    static Duration duration(String key, HclValue value) {
        return Optional.of(value)
                .filter(given -> given instanceof Text || isZero(given))
                .flatMap(given -> GoDuration.parse(text(key, given)))
                .orElseThrow(() -> unfit(key, value, "a duration, such as \"30s\" or \"1h30m\""));
    }

    /** One of some words. */
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

    /** A truth, quoted or not. */
    static boolean bool(String key, HclValue value) {
        if (value instanceof Bool bool) {
            return bool.value();
        }
        if (value instanceof Text text && List.of("true", "false").contains(text.value())) {
            return text.value().equals("true");
        }
        throw unfit(key, value, "true or false");
    }

    /** How messages call a value. */
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

    private static boolean isZero(HclValue value) {
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
