package dev.gantry.cli;

import dev.gantry.template.Delimiters;
import dev.gantry.template.ParsedTemplate;
import dev.gantry.template.TemplateException;
import dev.gantry.template.TemplateInputs;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.TypeConversionException;

/** A template of the JSON that a command prints. Made before the command calls a server. */
record JsonTemplate(ParsedTemplate template) {

    /** Parses a template in Go's language. */
    static JsonTemplate parse(String text) {
        try {
            ParsedTemplate parsed = ParsedTemplate.parse(text, Delimiters.DEFAULT);
            if (!parsed.lookups().isEmpty()) {
                throw new TypeConversionException("the template reads %s: it can only read the output of the command"
                        .formatted(parsed.lookups().iterator().next()));
            }
            return new JsonTemplate(parsed);
        } catch (TemplateException e) {
            throw new TypeConversionException("the template is malformed: " + e.getMessage());
        }
    }

    /** Renders the template of a document. */
    String render(String json) {
        try {
            return template.renderJson(json, new Nothing());
        } catch (TemplateException e) {
            throw new CommandFailedException(
                    "-t: %s. What there is shows the same command with --json".formatted(e.getMessage()), e);
        }
    }

    /** Nothing but the document. */
    private static final class Nothing implements TemplateInputs {

        @Override
        public Optional<String> env(String name) {
            return Optional.empty();
        }

        @Override
        public List<Instance> service(String name) {
            return List.of();
        }

        @Override
        public Optional<Map<String, String>> variable(String path) {
            return Optional.empty();
        }
    }
}
