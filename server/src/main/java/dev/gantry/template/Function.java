package dev.gantry.template;

import dev.gantry.template.Syntax.Operand;
import java.util.List;

/**
 * A function of templates.
 *
 * @param least the fewest arguments
 * @param most the most arguments
 * @param body what it does
 */
record Function(int least, int most, Body body) {

    /** The action of a function. */
    @FunctionalInterface
    interface Body {

        /**
         * Computes the value.
         *
         * @param call what the function may use
         * @param arguments as many as the function takes
         * @throws TemplateFault if it can't; the message has no value in it
         */
        Value apply(Call call, List<Value> arguments);
    }

    /** The parts that a function may use. */
    record Call(TemplateInputs inputs, Budget budget) {}

    /** Checks the number of arguments. */
    void check(Operand.Call call, int written, boolean isPiped) throws TemplateException {
        int count = written + (isPiped ? 1 : 0);
        if (count < least || count > most) {
            String wanted = least == most ? "%d" : most == Integer.MAX_VALUE ? "%d or more" : "%d to %d";
            throw new TemplateException(
                    call.position(),
                    "%s takes %s, and has %d here"
                            .formatted(call.name(), wanted.formatted(least, most) + " arguments", count));
        }
    }
}
