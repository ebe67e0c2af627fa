package dev.gantry.node.template;

/** A template can't be rendered or its file can't be written. The message is for people, and has no value in it. */
public final class TemplateFailure extends Exception {

    private static final long serialVersionUID = 1L;

    TemplateFailure(String destination, String why) {
        super("Template failed: %s: %s".formatted(destination, why));
    }
}
