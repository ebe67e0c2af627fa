package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclName;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import dev.gantry.jobfile.hcl2.SyntaxBody.Item;
import dev.gantry.jobfile.hcl2.SyntaxBody.Section;
import dev.gantry.jobfile.hcl2.SyntaxBody.Setting;
import dev.gantry.model.Spelling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** The variables and locals of a file. Locals are evaluated when they are first needed. */
final class Definitions implements Evaluator.Roots {

    private static final Pattern BRACKETED = Pattern.compile("^\\s*[\\[{\"]");

    private static final Set<String> OF_VARIABLES = Set.of("type", "default", "description", "validation");

    private final Faults faults;
    private final Inputs inputs;
    private final Evaluator evaluator;
    private final Map<String, Declared> variables = new LinkedHashMap<>();
    private final Map<String, Local> locals = new LinkedHashMap<>();

    /** A variable with its value; empty if it has none, which was reported. */
    private record Declared(Position position, Optional<Datum> value) {}

    /** A local, and how far its evaluation is. */
    private static final class Local {

        private final HclName name;
        private final Expression expression;
        private boolean running;
        private Optional<Datum> value = Optional.empty();
        private boolean failed;

        Local(HclName name, Expression expression) {
            this.name = name;
            this.expression = expression;
        }
    }

    Definitions(Inputs inputs, Functions functions, Budget budget, Faults faults) {
        this.inputs = inputs;
        this.faults = faults;
        this.evaluator = new Evaluator(this, functions, budget);
    }

    Evaluator evaluator() {
        return evaluator;
    }

    /** Takes the definitions among the items of a file, and returns the others. */
    List<Item> define(List<Item> items) {
        List<Item> others = new ArrayList<>();
        List<Runnable> validations = new ArrayList<>();
        for (Item item : items) {
            if (item instanceof Section section && section.name().text().equals("variable")) {
                attempt(() -> declare(section, validations));
            } else if (item instanceof Section section && section.name().text().equals("variables")) {
                settings(section, (setting) -> declare(setting));
            } else if (item instanceof Section section && section.name().text().equals("locals")) {
                settings(section, this::defineLocal);
            } else {
                others.add(item);
            }
        }
        inputs.refuseUnknown(variables.keySet(), faults);
        validations.forEach(this::attempt);
        locals.values().forEach(local -> attempt(() -> evaluate(local)));
        return others;
    }

    private void settings(Section section, Consumer<Setting> body) {
        attempt(() -> requireLabels(section, 0));
        for (Item item : section.body().items()) {
            if (item instanceof Setting setting) {
                attempt(() -> body.accept(setting));
            } else {
                faults.add(item.name().position(), section.name().text() + " has no blocks: write NAME = VALUE");
            }
        }
    }

    private void attempt(Runnable step) {
        try {
            step.run();
        } catch (TextFaultException e) {
            faults.add(e);
        } catch (Evaluator.ReportedException reported) {
            // It was added where it is.
        }
    }

    private static void requireLabels(Section section, int count) {
        String kind = section.name().text();
        if (section.labels().size() < count) {
            throw new TextFaultException(
                    section.name().position(), "%s needs a name: %1$s \"NAME\" { … }".formatted(kind));
        }
        if (section.labels().size() > count) {
            throw new TextFaultException(
                    section.labels().get(count).position(),
                    count == 0 ? kind + " takes no name: take it out" : kind + " takes one name: take the rest out");
        }
    }

    private void declare(Section section, List<Runnable> validations) {
        requireLabels(section, 1);
        HclName name = section.labels().get(0);
        requireNew(name);
        // Known before its value is: a fault in it is one fault.
        variables.put(name.text(), new Declared(name.position(), Optional.empty()));
        Map<String, Expression> settings = new LinkedHashMap<>();
        for (Item item : section.body().items()) {
            String key = item.name().text();
            if (!OF_VARIABLES.contains(key)) {
                faults.add(
                        item.name().position(),
                        "unknown key %s in a variable block: %s"
                                .formatted(
                                        Excerpt.quoted(key),
                                        Spelling.hint(
                                                key,
                                                OF_VARIABLES.stream().sorted().toList())));
            } else if (item instanceof Setting setting && !key.equals("validation")) {
                if (settings.put(key, setting.value()) != null) {
                    faults.add(item.name().position(), "a second " + key + ": take one out");
                }
            } else if (item instanceof Section validation && key.equals("validation")) {
                validations.add(() -> validate(name, validation));
            } else {
                faults.add(
                        item.name().position(),
                        key.equals("validation")
                                ? "validation must be a block, { … }"
                                : key + " is no block: write " + key + " = …");
            }
        }
        Optional<Expression> type = Optional.ofNullable(settings.get("type"));
        Optional<Expression> fallback = Optional.ofNullable(settings.get("default"));
        variables.put(name.text(), new Declared(name.position(), Optional.of(value(name, type, fallback))));
    }

    private void declare(Setting setting) {
        requireNew(setting.name());
        variables.put(setting.name().text(), new Declared(setting.name().position(), Optional.empty()));
        Datum value = value(setting.name(), Optional.empty(), Optional.of(setting.value()));
        variables.put(setting.name().text(), new Declared(setting.name().position(), Optional.of(value)));
    }

    private void requireNew(HclName name) {
        Declared twin = variables.get(name.text());
        if (twin != null) {
            throw new TextFaultException(
                    name.position(),
                    "a second variable \"%s\"; the first is on line %d: rename one"
                            .formatted(name.text(), twin.position().line()));
        }
    }

    private Datum value(HclName name, Optional<Expression> declared, Optional<Expression> expression) {
        Optional<Datum> fallback = expression.map(Constants::evaluate);
        TypeConstraint type = declared.map(TypeConstraint::of).orElseGet(() -> new TypeConstraint.OfDefault(fallback));
        Optional<Given> given = inputs.find(name.text());
        if (given.isPresent()) {
            return given(name, type, given.get());
        }
        if (fallback.isEmpty()) {
            throw new TextFaultException(
                    name.position(),
                    "variable \"%s\" has no value: give it one with --var %1$s=…, --var-file, GANTRY_VAR_%1$s or a default%s"
                            .formatted(
                                    name.text(),
                                    inputs.hint(name.text())
                                            .map(hint -> "; " + hint)
                                            .orElse("")));
        }
        Position position = expression.orElseThrow().position();
        return evaluator
                .budget()
                .charge(type.convert(fallback.get(), "the default of " + name.text(), position), position);
    }

    private Datum given(HclName name, TypeConstraint type, Given given) {
        String what = "the value of %s, %s,".formatted(name.text(), given.origin());
        Datum value = given.value().isPresent()
                ? type.convert(given.value().get(), what, name.position())
                : converted(name, type, given, what);
        return evaluator.budget().charge(value, name.position());
    }

    /** Converts a value that was given as text. A shell takes quotes off, so the remedy has them as a shell needs them. */
    private static Datum converted(HclName name, TypeConstraint type, Given given, String what) {
        if (type.isText() || (type.isAny() && !isExpression(given.text()))) {
            return Datum.text(given.text());
        }
        try {
            return type.convert(parsed(name, given, what), what, name.position());
        } catch (TextFaultException e) {
            throw new TextFaultException(
                    name.position(),
                    e.getMessage() + ": write it as in " + given.written().apply(type.example()));
        }
    }

    /** Decides whether a text is an expression, or begins like a list, a map or a text in quotes: then a fault is no text. */
    private static boolean isExpression(String text) {
        if (BRACKETED.matcher(text).find()) {
            return true;
        }
        try {
            return !(Constants.evaluate(SyntaxParser.expression(text)) instanceof Datum.Text);
        } catch (TextFaultException | Evaluator.ReportedException e) {
            return false;
        }
    }

    private static Datum parsed(HclName name, Given given, String what) {
        try {
            Expression expression = SyntaxParser.expression(given.text());
            return expression instanceof Expression.Name word
                    ? Datum.text(word.name())
                    : Constants.evaluate(expression);
        } catch (TextFaultException | Evaluator.ReportedException e) {
            throw new TextFaultException(name.position(), "%s is no value of HCL: %s".formatted(what, e.getMessage()));
        }
    }

    private void validate(HclName name, Section validation) {
        if (variables.get(name.text()).value().isEmpty()) {
            return;
        }
        Optional<Expression> condition = Optional.empty();
        Optional<Expression> message = Optional.empty();
        for (Item item : validation.body().items()) {
            if (item instanceof Setting setting && item.name().text().equals("condition")) {
                condition = Optional.of(setting.value());
            } else if (item instanceof Setting setting && item.name().text().equals("error_message")) {
                message = Optional.of(setting.value());
            } else {
                faults.add(item.name().position(), "a validation has a condition and an error_message, and no more");
            }
        }
        if (condition.isEmpty() || message.isEmpty()) {
            throw new TextFaultException(
                    validation.name().position(), "a validation needs a condition and an error_message");
        }
        Expression test = condition.get();
        if (!Evaluator.bool(evaluator.evaluate(test, Bindings.NONE), test.position())) {
            String reason = Evaluator.text(
                            evaluator.evaluate(message.get(), Bindings.NONE),
                            message.get().position())
                    .value();
            throw new TextFaultException(
                    name.position(),
                    "the value of %s%s is refused: %s"
                            .formatted(
                                    name.text(),
                                    inputs.find(name.text())
                                            .map(given -> ", " + given.origin() + ",")
                                            .orElse(""),
                                    reason));
        }
    }

    private void defineLocal(Setting setting) {
        Local twin = locals.putIfAbsent(setting.name().text(), new Local(setting.name(), setting.value()));
        if (twin != null) {
            throw new TextFaultException(
                    setting.name().position(),
                    "a second local %s; the first is on line %d: rename one"
                            .formatted(
                                    Excerpt.quoted(setting.name().text()),
                                    twin.name.position().line()));
        }
    }

    private Datum evaluate(Local local) {
        if (local.running) {
            throw new TextFaultException(
                    local.name.position(),
                    "local.%s needs its own value: take it out of its expression".formatted(local.name.text()));
        }
        if (local.failed) {
            throw new Evaluator.ReportedException();
        }
        if (local.value.isEmpty()) {
            local.running = true;
            local.failed = true;
            try {
                local.value = Optional.of(evaluator.evaluate(local.expression, Bindings.NONE));
                local.failed = false;
            } finally {
                local.running = false;
            }
        }
        return local.value.get();
    }

    @Override
    public boolean declares(String variable) {
        return variables.containsKey(variable);
    }

    @Override
    public Datum variable(String name, Position position) {
        Declared declared = variables.get(name);
        if (declared == null) {
            throw new TextFaultException(
                    position,
                    "there is no variable %s in this file: %s"
                            .formatted(
                                    Excerpt.quoted(name),
                                    variables.isEmpty()
                                            ? "declare it, variable \"%s\" { … }".formatted(Excerpt.of(name))
                                            : Spelling.hint(name, List.copyOf(variables.keySet()))));
        }
        return declared.value().orElseThrow(Evaluator.ReportedException::new);
    }

    @Override
    public Datum local(String name, Position position) {
        Local local = locals.get(name);
        if (local == null) {
            throw new TextFaultException(
                    position,
                    "there is no local %s in this file: %s"
                            .formatted(
                                    Excerpt.quoted(name),
                                    locals.isEmpty()
                                            ? "define it, locals { %s = … }".formatted(Excerpt.of(name))
                                            : Spelling.hint(name, List.copyOf(locals.keySet()))));
        }
        return evaluate(local);
    }
}
