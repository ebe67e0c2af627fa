package dev.gantry.jobfile.hcl2;

import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A value that a variable gets from outside of the file.
 *
 * @param text the value as text: of a variable of the type {@code string} the value itself, else an expression
 * @param value the value, if it was read from a file with values
 * @param origin where it comes from, in messages
 * @param written writes another value where this one comes from; as text only
 */
record Given(String text, Optional<Datum> value, String origin, UnaryOperator<String> written) {

    static Given ofText(String text, String origin, UnaryOperator<String> written) {
        return new Given(text, Optional.empty(), origin, written);
    }

    static Given ofFile(Datum value, String origin) {
        return new Given("", Optional.of(value), origin, UnaryOperator.identity());
    }
}
