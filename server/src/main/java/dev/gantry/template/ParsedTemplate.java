package dev.gantry.template;

import java.util.List;
import java.util.Set;

/** A parsed template. Immutable. */
public final class ParsedTemplate {

    private final List<Syntax> nodes;
    private final Set<Lookup> lookups;

    private ParsedTemplate(Parser.Parsed parsed) {
        this.nodes = List.copyOf(parsed.nodes());
        this.lookups = Set.copyOf(parsed.lookups());
    }

    /**
     * Parses a template.
     *
     * @param text the template
     * @param delimiters what begins and ends its actions
     * @return the template
     * @throws TemplateException if it is malformed, or uses what is not supported; with line, column and remedy
     */
    public static ParsedTemplate parse(String text, Delimiters delimiters) throws TemplateException {
        return new ParsedTemplate(Parser.parse(text, delimiters));
    }

    /**
     * Returns all that the template may look up at the server.
     *
     * @return each lookup once, in no order; unmodifiable
     */
    public Set<Lookup> lookups() {
        return lookups;
    }

    /**
     * Renders the template.
     *
     * @param inputs what it reads
     * @param isStrict whether a key that a map lacks is a fault, instead of {@code <no value>}
     * @return the rendered text, at most {@value Budget#LONGEST} characters
     * @throws TemplateException if it can't be rendered, or takes too much; the message has no value in it
     */
    public String render(TemplateInputs inputs, boolean isStrict) throws TemplateException {
        return new Evaluator(inputs, isStrict).evaluate(nodes);
    }

    /**
     * Renders the template of a JSON document, which is {@code .} in it. A key that an object lacks is a fault.
     *
     * @param json the document
     * @param inputs what the template reads besides
     * @return the rendered text, at most {@value Budget#LONGEST} characters
     * @throws TemplateException if it can't be rendered, or takes too much, or the document is longer than {@value
     *     Budget#LONGEST} characters
     */
    public String renderJson(String json, TemplateInputs inputs) throws TemplateException {
        return new Evaluator(inputs, true).evaluate(nodes, json);
    }
}
