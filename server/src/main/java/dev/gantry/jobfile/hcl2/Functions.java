package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import dev.gantry.model.Spelling;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Calls functions by name. The functions are those of Nomad 1.x. */
final class Functions {

    /** Without functions. */
    static final Functions NONE = new Functions(Map.of(), false);

    /** Functions of Nomad that are refused, and why. */
    private static final Map<String, String> REFUSED = Map.of(
            "bcrypt",
                    "its result changes with each reading, and a job is no place for passwords: use a stored variable",
            "pathexpand", "write the whole path",
            "rsadecrypt", "a job is no place for keys: use a stored variable",
            "yamldecode", "use jsondecode",
            "yamlencode", "use jsonencode: YAML reads JSON");

    private static final Set<String> LAZY = Set.of("try", "can", "convert");

    private final Map<String, Function> functions;

    /** One function. */
    record Function(int least, int most, Body body) {

        /** Computes the result. */
        interface Body {
            Datum call(Arguments arguments);
        }
    }

    /** A table of functions that is being filled. */
    static final class Table {

        private final Map<String, Function> functions = new HashMap<>();

        /** Adds a function with a fixed number of arguments. */
        void add(String name, int arguments, Function.Body body) {
            add(name, arguments, arguments, body);
        }

        void add(String name, int least, int most, Function.Body body) {
            functions.put(name, new Function(least, most, body));
        }
    }

    private Functions(Map<String, Function> functions, boolean lazy) {
        this.functions = new HashMap<>(functions);
        if (lazy) {
            LAZY.forEach(name -> this.functions.put(name, new Function(1, Integer.MAX_VALUE, null)));
        }
    }

    /**
     * Makes the functions.
     *
     * @param world what they may ask of the machine
     */
    static Functions of(Surroundings world) {
        Table table = new Table();
        TextFunctions.addTo(table);
        NumberFunctions.addTo(table);
        CollectionFunctions.addTo(table);
        EncodingFunctions.addTo(table);
        TimeFunctions.addTo(table);
        NetworkFunctions.addTo(table);
        FileFunctions.addTo(table, world);
        table.add("uuidv4", 0, arguments -> Datum.text(world.uuids().get().toString()));
        return new Functions(table.functions, true);
    }

    /** Returns the names of all functions. */
    Set<String> names() {
        return Set.copyOf(functions.keySet());
    }

    /** Evaluates a call. */
    Datum call(Expression.Call call, Evaluator evaluator, Optional<Bindings> bindings) {
        Function function = functions.get(call.function());
        if (function == null) {
            throw new TextFaultException(call.position(), unknown(call.function()));
        }
        if (LAZY.contains(call.function())) {
            return lazy(call, evaluator, bindings);
        }
        List<Datum> values = new ArrayList<>();
        List<Position> positions = new ArrayList<>();
        long size = 1;
        for (Expression argument : call.arguments()) {
            Datum value = evaluator.evaluate(argument, bindings);
            size += value.size();
            boolean last = values.size() == call.arguments().size() - 1;
            if (last && call.expanded()) {
                if (!(value instanceof Datum.Sequence list)) {
                    throw new TextFaultException(
                            argument.position(), "only a list can be followed by ..., not " + value.kind());
                }
                list.elements().forEach(element -> {
                    values.add(element);
                    positions.add(argument.position());
                });
            } else {
                values.add(value);
                positions.add(argument.position());
            }
        }
        requireCount(call, function, values.size());
        positions.add(call.position());
        evaluator.budget().charge(size, call.position());
        Datum result = function.body()
                .call(new Arguments(call.function(), values, positions, call.position(), evaluator.budget()));
        return evaluator.budget().charge(result, call.position());
    }

    private static void requireCount(Expression.Call call, Function function, int count) {
        if (count < function.least() || count > function.most()) {
            String wanted = function.least() == function.most()
                    ? String.valueOf(function.least())
                    : function.most() == Integer.MAX_VALUE
                            ? "at least " + function.least()
                            : function.least() + " to " + function.most();
            throw new TextFaultException(
                    call.position(),
                    "%s takes %s argument%s, not %d"
                            .formatted(call.function(), wanted, wanted.equals("1") ? "" : "s", count));
        }
    }

    private String unknown(String name) {
        String reason = REFUSED.get(name);
        if (reason != null) {
            return "%s is not supported: %s".formatted(name, reason);
        }
        return functions.isEmpty()
                ? "no functions can be called here: write a plain value"
                : "there is no function %s: %s"
                        .formatted(
                                Excerpt.quoted(name),
                                Spelling.hint(
                                        name,
                                        functions.keySet().stream().sorted().toList()));
    }

    /** Evaluates calls whose arguments are not simply evaluated before. */
    private static Datum lazy(Expression.Call call, Evaluator evaluator, Optional<Bindings> bindings) {
        List<Expression> arguments = call.arguments();
        return switch (call.function()) {
            case "can" -> {
                requireCount(call, new Function(1, 1, null), arguments.size());
                yield new Datum.Bool(
                        attempt(arguments.get(0), evaluator, bindings).isPresent());
            }
            case "convert" -> {
                requireCount(call, new Function(2, 2, null), arguments.size());
                Datum value = evaluator.evaluate(arguments.get(0), bindings);
                evaluator.budget().charge(value, call.position());
                yield TypeConstraint.of(arguments.get(1))
                        .convert(value, "the value", arguments.get(0).position());
            }
            default -> {
                requireCount(call, new Function(1, Integer.MAX_VALUE, null), arguments.size());
                for (Expression argument : arguments.subList(0, arguments.size() - 1)) {
                    Optional<Datum> value = attempt(argument, evaluator, bindings);
                    if (value.isPresent()) {
                        yield value.get();
                    }
                }
                yield evaluator.evaluate(arguments.get(arguments.size() - 1), bindings);
            }
        };
    }

    private static Optional<Datum> attempt(Expression expression, Evaluator evaluator, Optional<Bindings> bindings) {
        try {
            return Optional.of(evaluator.evaluate(expression, bindings));
        } catch (TextFaultException e) {
            return Optional.empty();
        }
    }
}
