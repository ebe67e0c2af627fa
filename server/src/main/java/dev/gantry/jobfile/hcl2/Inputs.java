package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import dev.gantry.jobfile.hcl.UndeclaredVariableException;
import dev.gantry.model.Spelling;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The values that a file's variables get from outside. The later of two values for a variable counts. */
public final class Inputs {

    /** No values. */
    public static final Inputs NONE = new Inputs(Map.of(), Map.of(), Map.of());

    private final Map<String, Given> environment;
    private final Map<String, Given> given;
    private final Map<String, String> ignored;

    private Inputs(Map<String, Given> environment, Map<String, Given> given, Map<String, String> ignored) {
        this.ignored = Map.copyOf(ignored);
        this.environment = Map.copyOf(environment);
        this.given = Map.copyOf(given);
    }

    /**
     * Adds a value of the environment, which does not count if there is another one, and may name no variable of the
     * file: an environment is made for many files.
     *
     * @param name the variable
     * @param text the value, as for {@link #with}
     * @param origin where it comes from, in messages
     * @param written writes a value as the user would write it there
     * @return these inputs and the value
     */
    public Inputs withEnvironment(String name, String text, String origin, UnaryOperator<String> written) {
        Map<String, Given> more = new LinkedHashMap<>(environment);
        more.put(name, Given.ofText(text, origin, written));
        return new Inputs(more, given, ignored);
    }

    /**
     * Tells of a place that has a value for a variable, and that nobody reads: it is named if the variable has no value.
     *
     * @param name the variable
     * @param hint why the value does not count, in a few words
     * @return these inputs and the hint
     */
    public Inputs ignoring(String name, String hint) {
        Map<String, String> more = new LinkedHashMap<>(ignored);
        more.put(name, hint);
        return new Inputs(environment, given, more);
    }

    /** Returns why a value for a variable does not count; empty if there is none. */
    Optional<String> hint(String variable) {
        return Optional.ofNullable(ignored.get(variable));
    }

    /**
     * Adds a value.
     *
     * @param name the variable
     * @param text the value: of a variable of the type {@code string} the value itself, else an expression
     * @param origin where it comes from, in messages
     * @param written writes a value as the user would write it there, such as for a shell
     * @return these inputs and the value
     */
    public Inputs with(String name, String text, String origin, UnaryOperator<String> written) {
        Map<String, Given> more = new LinkedHashMap<>(given);
        more.put(name, Given.ofText(text, origin, written));
        return new Inputs(environment, more, ignored);
    }

    /**
     * Adds a value that was given as it is.
     *
     * @param name the variable
     * @param text the value, as above
     * @param origin where it comes from, in messages
     * @return these inputs and the value
     */
    public Inputs with(String name, String text, String origin) {
        return with(name, text, origin, UnaryOperator.identity());
    }

    /**
     * Adds the values of a file: settings in HCL, or a JSON object.
     *
     * @param text the content of the file
     * @param name the name of the file, in messages
     * @param faults takes what is wrong with it
     * @return these inputs and the values
     */
    public Inputs withFile(String text, String name, Faults faults) {
        Map<String, Given> more = new LinkedHashMap<>(given);
        if (text.stripLeading().startsWith("{")) {
            faults.attempt(() -> Json.read(text, Position.START))
                    .ifPresent(json -> ((Datum.Table) json)
                            .entries()
                            .forEach((key, value) -> more.put(key, Given.ofFile(value, "of " + name))));
            return new Inputs(environment, more, ignored);
        }
        for (SyntaxBody.Item item : SyntaxParser.parse(text, faults, false).items()) {
            String variable = item.name().text();
            if (item instanceof SyntaxBody.Setting setting) {
                if (!(setting.value() instanceof Expression.Faulty)) {
                    faults.attempt(() -> Constants.evaluate(setting.value()))
                            .ifPresent(value -> more.put(
                                    variable,
                                    Given.ofFile(
                                            value,
                                            "of %s:%s"
                                                    .formatted(
                                                            name, setting.name().position()))));
                }
            } else {
                faults.add(new TextFaultException(
                        item.name().position(), "a block has no place in a file of values: write NAME = VALUE"));
            }
        }
        return new Inputs(environment, more, ignored);
    }

    /** Finds the value of a variable. */
    Optional<Given> find(String variable) {
        return Optional.ofNullable(given.getOrDefault(variable, environment.get(variable)));
    }

    /**
     * Refuses values for variables that a file does not have.
     *
     * @param variables the variables of the file
     * @param faults takes a fault for each such value
     */
    public void refuseUnknown(Collection<String> variables, Faults faults) {
        given.forEach((name, value) -> {
            if (!variables.contains(name)) {
                faults.add(new UndeclaredVariableException(
                        name,
                        "there is no variable %s in this file for the value %s: %s"
                                .formatted(
                                        Excerpt.quoted(name),
                                        value.origin(),
                                        variables.isEmpty()
                                                ? "it has no variables"
                                                : Spelling.hint(name, List.copyOf(variables)))));
            }
        });
    }
}
