package dev.gantry.template;

import dev.gantry.template.Syntax.Command;
import dev.gantry.template.Syntax.Operand;
import dev.gantry.template.Syntax.Pipeline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Evaluates a template once. Used by one thread. */
final class Evaluator {

    /** For an output that has got too long: no place in the template is to blame. */
    private static final Position START = new Position(1, 1);

    private final boolean isStrict;
    private final Budget budget = new Budget();
    private final Function.Call call;
    private final GoText printer = new GoText(budget);
    private final Budget.Writer output = budget.writer();
    private final List<Slot> variables = new ArrayList<>();

    /** A variable, whose value an assignment changes. */
    private static final class Slot {

        private final String name;
        private Value value;

        Slot(String name, Value value) {
            this.name = name;
            this.value = value;
        }
    }

    /** How a list of nodes has ended. */
    private enum End {
        NORMAL,
        BREAK,
        CONTINUE
    }

    /**
     * Prepares an evaluation.
     *
     * @param inputs what the template reads
     * @param isStrict whether a key that a map lacks is a fault
     */
    Evaluator(TemplateInputs inputs, boolean isStrict) {
        this.isStrict = isStrict;
        this.call = new Function.Call(inputs, budget);
        variables.add(new Slot("$", Value.None.NONE));
    }

    String evaluate(List<Syntax> nodes) throws TemplateException {
        run(nodes, Value.None.NONE);
        return output.toString();
    }

    /** Evaluates a template of a JSON document, which is {@code .} and {@code $}. */
    String evaluate(List<Syntax> nodes, String json) throws TemplateException {
        Value document;
        try {
            document = new GoJson(budget).read(json);
        } catch (TemplateFault e) {
            throw new TemplateException(START, "the document " + e.getMessage());
        }
        variables.get(0).value = document;
        run(nodes, document);
        return output.toString();
    }

    private End run(List<Syntax> nodes, Value dot) throws TemplateException {
        int scope = variables.size();
        End end = End.NORMAL;
        for (Syntax node : nodes) {
            end = run(node, dot);
            if (end != End.NORMAL) {
                break;
            }
        }
        leave(scope);
        return end;
    }

    private void leave(int scope) {
        variables.subList(scope, variables.size()).clear();
    }

    private End run(Syntax node, Value dot) throws TemplateException {
        if (node instanceof Syntax.Plain plain) {
            at(START, () -> output.add(plain.text()));
            return End.NORMAL;
        }
        if (node instanceof Syntax.Output action) {
            Value value = value(action.pipeline(), dot);
            if (action.pipeline().variables().isEmpty()) {
                at(action.pipeline().position(), () -> output.add(printer.printed(value)));
            }
            return End.NORMAL;
        }
        if (node instanceof Syntax.Jump jump) {
            return jump.isBreak() ? End.BREAK : End.CONTINUE;
        }
        int scope = variables.size();
        End end = block(node, dot);
        leave(scope);
        return end;
    }

    private End block(Syntax node, Value dot) throws TemplateException {
        if (node instanceof Syntax.If condition) {
            return run(value(condition.condition(), dot).isTrue() ? condition.yes() : condition.no(), dot);
        }
        if (node instanceof Syntax.With with) {
            Value value = value(with.value(), dot);
            return value.isTrue() ? run(with.yes(), value) : run(with.no(), dot);
        }
        return range((Syntax.Range) node, dot);
    }

    private End range(Syntax.Range range, Value dot) throws TemplateException {
        Pipeline head = range.values();
        Value all = value(new Pipeline(List.of(), false, head.commands(), head.position()), dot);
        int scope = variables.size();
        boolean isEmpty = true;
        for (Map.Entry<Value, Value> element : elements(all, head.position())) {
            isEmpty = false;
            at(head.position(), budget::step);
            bind(head, element);
            End end = run(range.body(), element.getValue());
            leave(scope);
            if (end == End.BREAK) {
                break;
            }
        }
        return isEmpty ? run(range.no(), dot) : End.NORMAL;
    }

    private void bind(Pipeline head, Map.Entry<Value, Value> element) {
        List<String> names = head.variables();
        for (int i = 0; i < names.size(); i++) {
            boolean isKey = names.size() == 2 && i == 0;
            set(names.get(i), isKey ? element.getKey() : element.getValue(), head.isAssignment());
        }
    }

    private List<Map.Entry<Value, Value>> elements(Value value, Position position) throws TemplateException {
        List<Map.Entry<Value, Value>> elements = new ArrayList<>();
        if (value instanceof Value.Items items) {
            for (int i = 0; i < items.values().size(); i++) {
                elements.add(Map.entry(new Value.Int(i), items.values().get(i)));
            }
        } else if (value instanceof Value.Pairs pairs) {
            pairs.entries().forEach((key, entry) -> elements.add(Map.entry(new Value.Text(key), entry)));
        } else if (value instanceof Value.Int count) {
            at(position, () -> {
                for (long i = 0; i < count.value(); i++) {
                    budget.step();
                    elements.add(Map.entry(new Value.Int(i), new Value.Int(i)));
                }
            });
        } else if (!value.equals(Value.None.NONE)) {
            throw new TemplateException(position, "range can't go over a value of the kind " + value.kind());
        }
        return elements;
    }

    private Value value(Pipeline pipeline, Value dot) throws TemplateException {
        Optional<Value> value = Optional.empty();
        for (Command command : pipeline.commands()) {
            at(pipeline.position(), budget::step);
            value = Optional.of(value(command, value, dot));
        }
        Value result = value.orElseThrow();
        pipeline.variables().forEach(name -> set(name, result, pipeline.isAssignment()));
        return result;
    }

    private void set(String name, Value value, boolean isAssignment) {
        if (!isAssignment) {
            variables.add(new Slot(name, value));
            return;
        }
        find(name).value = value;
    }

    private Slot find(String name) {
        for (int i = variables.size() - 1; i >= 0; i--) {
            if (variables.get(i).name.equals(name)) {
                return variables.get(i);
            }
        }
        throw new IllegalStateException("The parser has let an unknown variable pass");
    }

    private Value value(Command command, Optional<Value> piped, Value dot) throws TemplateException {
        Operand first = command.operands().get(0);
        return first instanceof Operand.Call function
                ? call(
                        function,
                        command.operands().subList(1, command.operands().size()),
                        piped,
                        dot)
                : value(first, dot);
    }

    private Value call(Operand.Call function, List<Operand> operands, Optional<Value> piped, Value dot)
            throws TemplateException {
        List<Value> arguments = new ArrayList<>();
        for (Operand operand : operands) {
            Value argument = value(operand, dot);
            if (decides(function.name(), argument)) {
                return argument;
            }
            arguments.add(argument);
        }
        piped.ifPresent(arguments::add);
        return compute(function, () -> {
            arguments.forEach(this::use);
            Value result = function.function().body().apply(call, arguments);
            use(result);
            return result;
        });
    }

    /** Returns whether {@code and} or {@code or} ends with an argument, so that it does not evaluate those after it. */
    private static boolean decides(String function, Value argument) {
        return (function.equals("and") && !argument.isTrue()) || (function.equals("or") && argument.isTrue());
    }

    private void use(Value value) {
        if (value instanceof Value.Text text) {
            budget.text(text.value().length());
        } else if (value instanceof Value.Items items) {
            budget.elements(items.values().size());
        } else {
            budget.step();
        }
    }

    private Value value(Operand operand, Value dot) throws TemplateException {
        if (operand instanceof Operand.Literal literal) {
            return literal.value();
        }
        if (operand instanceof Operand.Dot) {
            return dot;
        }
        if (operand instanceof Operand.Variable variable) {
            return find(variable.name()).value;
        }
        if (operand instanceof Operand.Nested nested) {
            return value(nested.pipeline(), dot);
        }
        if (operand instanceof Operand.Field field) {
            return field(value(field.base(), dot), field);
        }
        return call((Operand.Call) operand, List.of(), Optional.empty(), dot);
    }

    private Value field(Value base, Operand.Field field) throws TemplateException {
        String name = field.name();
        if (base instanceof Value.Pairs pairs) {
            Value value = pairs.entries().get(name);
            if (value == null && isStrict) {
                throw new TemplateException(field.position(), "the map has no key \"%s\"".formatted(name));
            }
            return value == null ? Value.None.NONE : value;
        }
        if (base instanceof Value.Fields object && object.fields().containsKey(name)) {
            return object.fields().get(name);
        }
        throw new TemplateException(
                field.position(),
                base instanceof Value.Fields object
                        ? "there is no field .%s; there are .%s"
                                .formatted(
                                        name, String.join(", .", object.fields().keySet()))
                        : "a value of the kind %s has no field .%s".formatted(base.kind(), name));
    }

    private static Value compute(Operand.Call function, Supplier<Value> work) throws TemplateException {
        try {
            return work.get();
        } catch (TemplateFault e) {
            throw new TemplateException(function.position(), function.name() + ": " + e.getMessage());
        }
    }

    private static void at(Position position, Runnable work) throws TemplateException {
        try {
            work.run();
        } catch (TemplateFault e) {
            throw new TemplateException(position, "the template " + e.getMessage());
        }
    }
}
