package dev.gantry.cli;

import java.io.ByteArrayInputStream;
import java.util.List;

/** Reads any bytes as the JSON object of a variable's items. */
public final class VariableItemsFuzz {

    private VariableItemsFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            VariableItems.read(List.of("-"), new ByteArrayInputStream(input)).forEach((key, value) -> {
                if (key == null || value == null) {
                    throw new AssertionError("An item without a key or a value");
                }
            });
        } catch (CommandFailedException e) {
            if (e.getMessage().isBlank()) {
                throw new AssertionError("The fault is not told", e);
            }
        }
    }
}
