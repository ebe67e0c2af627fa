package dev.gantry.template;

/** A fault within the evaluation of an operand, to which {@link Evaluator} adds the place. */
final class TemplateFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TemplateFault(String what) {
        super(what, null, false, false);
    }
}
