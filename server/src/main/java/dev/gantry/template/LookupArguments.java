package dev.gantry.template;

import dev.gantry.template.Syntax.Operand;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What functions look up at the server. Their arguments are constants, so that a submission can be checked. */
final class LookupArguments {

    /** Nomad's prefix of the variables of jobs, which Gantry's have not. */
    private static final Pattern NOMAD_PREFIX = Pattern.compile("^nomad/(?=jobs(/|$))");

    private static final String SERVICE = "nomadService";
    private static final String EXISTS = "nomadVarExists";
    private static final String VARIABLE = "nomadVar";

    private LookupArguments() {}

    /** A service with the tag that selects instances; empty: all. */
    record Query(String tag, String name) {}

    /**
     * Returns what a call looks up; empty for a function that looks up nothing.
     *
     * @throws TemplateException if the service or the variable is no constant
     */
    static Optional<Lookup> find(Operand.Call call, List<Operand> arguments, boolean isPiped) throws TemplateException {
        return switch (call.name()) {
            case SERVICE ->
                Optional.of(new Lookup.OfService(
                        query(constant(call, arguments, isPiped)).name()));
            case VARIABLE -> Optional.of(new Lookup.OfVariable(path(constant(call, arguments, isPiped)), true));
            case EXISTS -> Optional.of(new Lookup.OfVariable(path(constant(call, arguments, isPiped)), false));
            default -> Optional.empty();
        };
    }

    private static String constant(Operand.Call call, List<Operand> arguments, boolean isPiped)
            throws TemplateException {
        if (arguments.size() == 2) {
            throw new TemplateException(
                    call.position(), "%s takes a name, or a number, a key and a name".formatted(call.name()));
        }
        if (!isPiped
                && arguments.get(arguments.size() - 1) instanceof Operand.Literal literal
                && literal.value() instanceof Value.Text text
                && !text.value().isEmpty()) {
            return text.value();
        }
        throw new TemplateException(
                call.position(),
                "%s needs a text as its last argument, written out after the function: what a template reads is checked when the job is submitted"
                        .formatted(call.name()));
    }

    /** Parses {@code TAG.NAME} or {@code NAME}, as Nomad does. */
    static Query query(String text) {
        int dot = text.indexOf('.');
        return dot < 0 ? new Query("", text) : new Query(text.substring(0, dot), text.substring(dot + 1));
    }

    /** Returns the path of a variable, without the prefix that the variables of Nomad's jobs have. */
    static String path(String text) {
        return NOMAD_PREFIX.matcher(text).replaceFirst("");
    }
}
