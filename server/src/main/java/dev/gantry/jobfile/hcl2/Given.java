package dev.gantry.jobfile.hcl2;

import java.util.Optional;

/**
 * A value that a variable gets from outside of the file.
 *
 * @param text the value as text: of a variable of the type {@code string} the value itself, else an expression
 * @param value the value, if it was read from a file with values
 * @param origin where it comes from, in messages
 */
record Given(String text, Optional<Datum> value, String origin) {}
