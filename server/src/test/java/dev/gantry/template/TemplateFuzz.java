package dev.gantry.template;

import java.nio.charset.StandardCharsets;

/** Parses any text as a template, and renders it. */
public final class TemplateFuzz {

    private TemplateFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            ParsedTemplate template =
                    ParsedTemplate.parse(new String(input, StandardCharsets.UTF_8), Delimiters.DEFAULT);
            String rendered = template.render(TemplateInputsFixture.INPUTS, false);
            if (rendered.length() > Budget.LONGEST) {
                throw new AssertionError("The output is longer than the limit");
            }
        } catch (TemplateException refused) {
            // Most inputs are no templates, or take too much.
        }
    }
}
