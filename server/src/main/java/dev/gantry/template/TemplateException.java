package dev.gantry.template;

/** A fault of a template, found when it is parsed or evaluated. Its message has no value that the template has read. */
public final class TemplateException extends Exception {

    private static final long serialVersionUID = 1L;

    TemplateException(Position position, String what) {
        super("line %d, column %d: %s".formatted(position.line(), position.column(), what));
    }
}
