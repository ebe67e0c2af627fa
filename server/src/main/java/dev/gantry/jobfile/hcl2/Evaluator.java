package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import dev.gantry.jobfile.hcl2.Expression.Loop;
import dev.gantry.jobfile.hcl2.Expression.TemplatePart;
import dev.gantry.model.Spelling;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/**
 * Evaluates expressions.
 *
 * <p>As in Nomad, what only the server or a node knows, such as <code>${attr.kernel.name}</code>, stays in a text as it is
 * written. Nothing can be calculated of it, which is refused, where Nomad would calculate with the text itself.
 */
final class Evaluator {

    /** The names of values that only the server or a node knows, which may stand outside of quotes too. */
    private static final Set<String> OF_NODES = Set.of("attr", "node", "meta", "env", "driver", "device");

    private static final Pattern OF_TASKS = Pattern.compile("NOMAD_[A-Za-z0-9_]+");

    /** As many digits as Go's arithmetic of HCL has, about. */
    private static final MathContext DIGITS = new MathContext(150);

    private static final MathContext QUOTIENT = MathContext.DECIMAL128;

    private static final int LARGEST_EXPONENT = 1000;

    private static final String ITEM = "*";

    private final Roots roots;
    private final Functions functions;
    private final Budget budget;

    /** The values that a file defines. */
    interface Roots {

        /** Decides whether a variable is declared. */
        boolean declares(String variable);

        /** Returns the value of {@code var.NAME}. */
        Datum variable(String name, Position position);

        /** Returns the value of {@code local.NAME}. */
        Datum local(String name, Position position);
    }

    /** A fault was reported where it is; what depends on it is not at fault. */
    static final class ReportedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        ReportedException() {
            super("reported elsewhere", null, false, false);
        }
    }

    Evaluator(Roots roots, Functions functions, Budget budget) {
        this.roots = roots;
        this.functions = functions;
        this.budget = budget;
    }

    /**
     * Evaluates an expression.
     *
     * @throws TextFaultException if it has no value
     * @throws ReportedException if that was reported already
     * @throws Budget.ExhaustedException if it takes too much work
     */
    Datum evaluate(Expression expression, Optional<Bindings> bindings) {
        budget.enter(expression.position());
        try {
            return value(expression, bindings);
        } finally {
            budget.leave();
        }
    }

    Budget budget() {
        return budget;
    }

    private Datum value(Expression expression, Optional<Bindings> bindings) {
        if (expression instanceof Expression.Literal literal) {
            return literal.value();
        }
        if (expression instanceof Expression.Template template) {
            return template(template, bindings);
        }
        if (expression instanceof Expression.Name || isStep(expression)) {
            return reference(expression, bindings);
        }
        if (expression instanceof Expression.Splat splat) {
            return splat(splat, bindings);
        }
        if (expression instanceof Expression.SplatItem) {
            return Bindings.find(ITEM, bindings).orElseThrow();
        }
        if (expression instanceof Expression.Call call) {
            return call(call, bindings);
        }
        if (expression instanceof Expression.Unary unary) {
            return unary(unary, bindings);
        }
        if (expression instanceof Expression.Binary binary) {
            return binary(binary, bindings);
        }
        if (expression instanceof Expression.Conditional conditional) {
            boolean holds = bool(evaluate(conditional.condition(), bindings), conditional.condition());
            return evaluate(holds ? conditional.yes() : conditional.no(), bindings);
        }
        if (expression instanceof Expression.Tuple tuple) {
            List<Datum> elements = new ArrayList<>();
            tuple.elements().forEach(element -> elements.add(evaluate(element, bindings)));
            return budget.charge(Datum.Sequence.of(elements), tuple.position());
        }
        if (expression instanceof Expression.Braces braces) {
            return braces(braces, bindings);
        }
        if (expression instanceof Expression.For loop) {
            return loop(loop, bindings);
        }
        throw new ReportedException();
    }

    private static boolean isStep(Expression expression) {
        return expression instanceof Expression.Attribute || expression instanceof Expression.Index;
    }

    // References

    private Datum reference(Expression expression, Optional<Bindings> bindings) {
        Optional<Expression.Name> root = root(expression);
        if (root.isEmpty()) {
            return step(expression, bindings);
        }
        String name = root.get().name();
        Optional<Datum> bound = Bindings.find(name, bindings);
        if (bound.isPresent()) {
            return expression instanceof Expression.Name ? bound.get() : step(expression, bindings);
        }
        if (name.equals("var") || name.equals("local")) {
            return ofFile(expression, name, bindings);
        }
        if (OF_NODES.contains(name) || OF_TASKS.matcher(name).matches()) {
            return new Datum.Text("${" + written(expression) + "}", false);
        }
        throw new TextFaultException(
                root.get().position(), Excerpt.of(name) + " is no value: put text in double quotes");
    }

    /** Returns the name that a reference begins with; empty if it begins with something else. */
    private static Optional<Expression.Name> root(Expression expression) {
        Expression at = expression;
        while (true) {
            if (at instanceof Expression.Attribute attribute) {
                at = attribute.of();
            } else if (at instanceof Expression.Index index) {
                at = index.of();
            } else {
                return at instanceof Expression.Name name ? Optional.of(name) : Optional.empty();
            }
        }
    }

    private Datum ofFile(Expression expression, String root, Optional<Bindings> bindings) {
        if (expression instanceof Expression.Attribute attribute && attribute.of() instanceof Expression.Name) {
            return root.equals("var")
                    ? roots.variable(attribute.name(), attribute.namePosition())
                    : roots.local(attribute.name(), attribute.namePosition());
        }
        if (expression instanceof Expression.Name) {
            throw new TextFaultException(
                    expression.position(), "%s alone is no value: name one, %1$s.NAME".formatted(root));
        }
        return step(expression, bindings);
    }

    private Datum step(Expression expression, Optional<Bindings> bindings) {
        if (expression instanceof Expression.Attribute attribute) {
            return attribute(evaluate(attribute.of(), bindings), attribute.name(), attribute.namePosition());
        }
        Expression.Index index = (Expression.Index) expression;
        Datum of = evaluate(index.of(), bindings);
        Datum key = evaluate(index.key(), bindings);
        if (of instanceof Datum.Table && key instanceof Datum.Text text) {
            return attribute(of, text.value(), index.keyPosition());
        }
        if (of instanceof Datum.Sequence list && key instanceof Datum.Numeral number) {
            return element(list, number, index.keyPosition());
        }
        throw new TextFaultException(
                index.keyPosition(), "%s has no element at %s".formatted(of.kind(), described(key)));
    }

    private static Datum element(Datum.Sequence list, Datum.Numeral index, Position position) {
        int size = list.elements().size();
        boolean inside = index.value().signum() >= 0
                && index.value().compareTo(BigDecimal.valueOf(size)) < 0
                && index.value().stripTrailingZeros().scale() <= 0;
        if (!inside || list.isSet()) {
            throw new TextFaultException(
                    position,
                    list.isSet()
                            ? "a set has no order: write tolist(…) before the index"
                            : "there is no element %s in a list of %d".formatted(index.literal(), size));
        }
        return list.elements().get(index.value().intValueExact());
    }

    private static Datum attribute(Datum of, String name, Position position) {
        if (!(of instanceof Datum.Table table)) {
            throw new TextFaultException(position, "%s has no attribute %s".formatted(of.kind(), Excerpt.quoted(name)));
        }
        Datum value = table.entries().get(name);
        if (value == null) {
            throw new TextFaultException(
                    position,
                    "there is no %s in this map: %s"
                            .formatted(
                                    Excerpt.quoted(name),
                                    table.entries().isEmpty()
                                            ? "it is empty"
                                            : Spelling.hint(
                                                    name,
                                                    List.copyOf(table.entries().keySet()))));
        }
        return value;
    }

    /** Writes a reference outside of quotes as it stands in quotes. */
    private static String written(Expression expression) {
        List<String> steps = new ArrayList<>();
        Expression at = expression;
        while (!(at instanceof Expression.Name)) {
            if (at instanceof Expression.Attribute attribute) {
                steps.add(0, "." + attribute.name());
                at = attribute.of();
            } else {
                Expression.Index index = (Expression.Index) at;
                String key = TemplateParser.plain(index.key())
                        .map(text -> "\"" + text + "\"")
                        .orElseGet(() -> index.key() instanceof Expression.Literal literal
                                        && literal.value() instanceof Datum.Numeral number
                                ? number.literal()
                                : "");
                if (key.isEmpty()) {
                    throw new TextFaultException(
                            index.keyPosition(), "only a node knows this: its key must be a text or a number");
                }
                steps.add(0, "[" + key + "]");
                at = index.of();
            }
        }
        return ((Expression.Name) at).name() + String.join("", steps);
    }

    private Datum splat(Expression.Splat splat, Optional<Bindings> bindings) {
        Datum of = evaluate(splat.of(), bindings);
        if (of instanceof Datum.Null) {
            return Datum.Sequence.of(List.of());
        }
        List<Datum> items = of instanceof Datum.Sequence list ? list.elements() : List.of(of);
        List<Datum> results = new ArrayList<>();
        for (Datum item : items) {
            results.add(evaluate(splat.each(), Bindings.with(ITEM, item, bindings)));
        }
        return budget.charge(Datum.Sequence.of(results), splat.position());
    }

    // Texts

    private Datum template(Expression.Template template, Optional<Bindings> bindings) {
        List<TemplatePart> parts = template.parts();
        if (parts.size() == 1 && parts.get(0) instanceof TemplatePart.Interpolation only) {
            return interpolated(only, bindings);
        }
        Written written = new Written(template.position());
        write(parts, bindings, written);
        return written.text();
    }

    /** A text that grows. */
    private final class Written {

        private final Position position;
        private final StringBuilder text = new StringBuilder();
        private boolean known = true;

        Written(Position position) {
            this.position = position;
        }

        void append(Datum.Text part) {
            budget.charge(part.size(), position);
            text.append(part.value());
            known &= part.known();
            if (text.length() > Budget.LARGEST) {
                throw new Budget.ExhaustedException(position, "this text has more than 2 million characters");
            }
        }

        Datum.Text text() {
            return new Datum.Text(text.toString(), known);
        }
    }

    private void write(List<TemplatePart> parts, Optional<Bindings> bindings, Written written) {
        for (TemplatePart part : parts) {
            if (part instanceof TemplatePart.Plain plain) {
                written.append(Datum.text(plain.text()));
            } else if (part instanceof TemplatePart.Stored stored) {
                written.append(stored(stored));
            } else if (part instanceof TemplatePart.Interpolation inner) {
                written.append(text(interpolated(inner, bindings), inner.value().position()));
            } else if (part instanceof TemplatePart.If condition) {
                boolean holds = bool(evaluate(condition.condition(), bindings), condition.condition());
                write(holds ? condition.yes() : condition.no(), bindings, written);
            } else if (part instanceof TemplatePart.ForEach loop) {
                forEach(loop.loop(), bindings, (key, inner) -> write(loop.body(), inner, written));
            }
        }
    }

    private Datum.Text stored(TemplatePart.Stored stored) {
        if (roots.declares(stored.variable())) {
            throw new TextFaultException(
                    stored.position(),
                    "%s is a stored variable, and %s is a variable of this file: to divide, write blanks around /"
                            .formatted(stored.raw(), stored.variable()));
        }
        return new Datum.Text(stored.raw(), false);
    }

    /** Evaluates an interpolation. A name that is none of the file's is left for the server and the node. */
    private Datum interpolated(TemplatePart.Interpolation inner, Optional<Bindings> bindings) {
        Optional<Expression.Name> root = root(inner.value());
        if (root.isPresent()) {
            String name = root.get().name();
            boolean own = Bindings.find(name, bindings).isPresent()
                    || name.equals("local")
                    || (name.equals("var") && !isStored(inner.value()));
            if (!own) {
                return new Datum.Text(inner.raw(), false);
            }
        }
        return evaluate(inner.value(), bindings);
    }

    /** Decides whether this is {@code var.PATH.KEY} for a stored variable without a slash in its path. */
    private boolean isStored(Expression expression) {
        Expression at = expression;
        int steps = 0;
        while (at instanceof Expression.Attribute attribute) {
            steps++;
            if (attribute.of() instanceof Expression.Name) {
                return steps > 1 && !roots.declares(attribute.name());
            }
            at = attribute.of();
        }
        return false;
    }

    /** Converts to a text what can stand in one. */
    static Datum.Text text(Datum value, Position position) {
        if (value instanceof Datum.Text text) {
            return text;
        }
        if (value instanceof Datum.Numeral number) {
            return Datum.text(number.literal());
        }
        if (value instanceof Datum.Bool bool) {
            return Datum.text(Boolean.toString(bool.value()));
        }
        throw new TextFaultException(position, value.kind() + " can't stand in a text: write join or jsonencode");
    }

    // Loops

    private Datum braces(Expression.Braces braces, Optional<Bindings> bindings) {
        Map<String, Datum> entries = new LinkedHashMap<>();
        for (Expression.Entry entry : braces.entries()) {
            String key = key(entry.key(), bindings);
            if (entries.put(key, evaluate(entry.value(), bindings)) != null) {
                throw new TextFaultException(
                        entry.key().position(), Excerpt.quoted(key) + " is set twice: take one out");
            }
        }
        return budget.charge(Datum.Table.of(entries), braces.position());
    }

    /** Evaluates the key of a map. */
    String key(Expression key, Optional<Bindings> bindings) {
        Datum value = evaluate(key, bindings);
        Datum.Text text = text(value, key.position());
        requireKnown(text, key.position());
        return text.value();
    }

    private Datum loop(Expression.For loop, Optional<Bindings> bindings) {
        if (loop.keyResult().isEmpty()) {
            List<Datum> results = new ArrayList<>();
            forEach(loop.loop(), bindings, (key, inner) -> {
                if (isWanted(loop, inner)) {
                    results.add(evaluate(loop.value(), inner));
                }
            });
            return budget.charge(Datum.Sequence.of(results), loop.position());
        }
        Map<String, List<Datum>> results = new LinkedHashMap<>();
        forEach(loop.loop(), bindings, (key, inner) -> {
            if (isWanted(loop, inner)) {
                String name = key(loop.keyResult().get(), inner);
                List<Datum> values = results.computeIfAbsent(name, none -> new ArrayList<>());
                if (!values.isEmpty() && !loop.grouped()) {
                    throw new TextFaultException(
                            loop.keyResult().get().position(),
                            "two elements have the key %s: write … after the value to collect both in a list"
                                    .replace("…", "...")
                                    .formatted(Excerpt.quoted(name)));
                }
                values.add(evaluate(loop.value(), inner));
            }
        });
        Map<String, Datum> entries = new LinkedHashMap<>();
        results.forEach((key, values) -> entries.put(key, loop.grouped() ? Datum.Sequence.of(values) : values.get(0)));
        return budget.charge(Datum.Table.of(entries), loop.position());
    }

    private boolean isWanted(Expression.For loop, Optional<Bindings> bindings) {
        return loop.condition().isEmpty()
                || bool(
                        evaluate(loop.condition().get(), bindings),
                        loop.condition().get());
    }

    private void forEach(Loop loop, Optional<Bindings> bindings, BiConsumer<Datum, Optional<Bindings>> body) {
        Datum collection = evaluate(loop.collection(), bindings);
        each(collection, loop.collection().position(), (key, item) -> {
            budget.charge(1, loop.collection().position());
            Optional<Bindings> inner = bindings;
            if (loop.key().isPresent()) {
                inner = Bindings.with(loop.key().get(), key, inner);
            }
            body.accept(key, Bindings.with(loop.item(), item, inner));
        });
    }

    /** Passes the keys and values of a collection on, those of a map in the order of its keys, as in HCL. */
    static void each(Datum collection, Position position, BiConsumer<Datum, Datum> body) {
        if (collection instanceof Datum.Sequence list) {
            int index = 0;
            for (Datum element : list.elements()) {
                body.accept(list.isSet() ? element : Datum.Numeral.of(index), element);
                index++;
            }
        } else if (collection instanceof Datum.Table table) {
            DatumOrder.sorted(table).forEach((key, value) -> body.accept(Datum.text(key), value));
        } else {
            throw new TextFaultException(
                    position, "%s is no list and no map: nothing to go through".formatted(collection.kind()));
        }
    }

    // Operators

    private Datum call(Expression.Call call, Optional<Bindings> bindings) {
        return functions.call(call, this, bindings);
    }

    private Datum unary(Expression.Unary unary, Optional<Bindings> bindings) {
        Datum operand = evaluate(unary.operand(), bindings);
        if (unary.operator().equals("!")) {
            return new Datum.Bool(!bool(operand, unary.operand()));
        }
        return Datum.Numeral.of(number(operand, unary.operand().position()).negate());
    }

    private Datum binary(Expression.Binary binary, Optional<Bindings> bindings) {
        Expression left = binary.left();
        Expression right = binary.right();
        return switch (binary.operator()) {
            case "||" -> new Datum.Bool(bool(evaluate(left, bindings), left) || bool(evaluate(right, bindings), right));
            case "&&" -> new Datum.Bool(bool(evaluate(left, bindings), left) && bool(evaluate(right, bindings), right));
            case "==" -> new Datum.Bool(isEqual(evaluate(left, bindings), evaluate(right, bindings), binary));
            case "!=" -> new Datum.Bool(!isEqual(evaluate(left, bindings), evaluate(right, bindings), binary));
            default ->
                calculated(
                        binary,
                        number(evaluate(left, bindings), left.position()),
                        number(evaluate(right, bindings), right.position()));
        };
    }

    private boolean isEqual(Datum left, Datum right, Expression.Binary binary) {
        requireKnown(left, binary.left().position());
        requireKnown(right, binary.right().position());
        budget.charge(left.size() + right.size(), binary.position());
        return left.canonical().equals(right.canonical());
    }

    private static Datum calculated(Expression.Binary binary, BigDecimal left, BigDecimal right) {
        return switch (binary.operator()) {
            case "<" -> new Datum.Bool(left.compareTo(right) < 0);
            case "<=" -> new Datum.Bool(left.compareTo(right) <= 0);
            case ">" -> new Datum.Bool(left.compareTo(right) > 0);
            case ">=" -> new Datum.Bool(left.compareTo(right) >= 0);
            case "+" -> bounded(left.add(right, DIGITS), binary.position());
            case "-" -> bounded(left.subtract(right, DIGITS), binary.position());
            case "*" -> bounded(left.multiply(right, DIGITS), binary.position());
            default -> {
                if (right.signum() == 0) {
                    throw new TextFaultException(binary.right().position(), "nothing can be divided by 0");
                }
                yield bounded(
                        binary.operator().equals("/")
                                ? left.divide(right, QUOTIENT)
                                : left.subtract(
                                        right.multiply(
                                                left.divide(right, QUOTIENT).setScale(0, RoundingMode.DOWN)),
                                        DIGITS),
                        binary.position());
            }
        };
    }

    /** Refuses a number that would be long to write. */
    static Datum.Numeral bounded(BigDecimal value, Position position) {
        long exponent = value.precision() - (long) value.scale();
        if (value.signum() != 0 && (exponent > LARGEST_EXPONENT || exponent < -LARGEST_EXPONENT)) {
            throw new TextFaultException(position, "this number has more than 1000 digits");
        }
        return Datum.Numeral.of(value.signum() == 0 ? BigDecimal.ZERO : value);
    }

    static BigDecimal number(Datum value, Position position) {
        requireKnown(value, position);
        if (value instanceof Datum.Numeral number) {
            return number.value();
        }
        if (value instanceof Datum.Text text && TypeConstraint.isNumber(text.value())) {
            return new BigDecimal(text.value());
        }
        throw new TextFaultException(position, "must be a number, not " + described(value));
    }

    private static boolean bool(Datum value, Expression expression) {
        return bool(value, expression.position());
    }

    static boolean bool(Datum value, Position position) {
        requireKnown(value, position);
        if (value instanceof Datum.Bool bool) {
            return bool.value();
        }
        if (value instanceof Datum.Text text
                && (text.value().equals("true") || text.value().equals("false"))) {
            return text.value().equals("true");
        }
        throw new TextFaultException(position, "must be true or false, not " + described(value));
    }

    /** Refuses to calculate with what only the server or a node knows. */
    static void requireKnown(Datum value, Position position) {
        if (value instanceof Datum.Text text && !text.known()) {
            throw new TextFaultException(
                    position,
                    Excerpt.of(text.value())
                            + " is known only when the job runs: nothing can be calculated of it here");
        }
        if (value instanceof Datum.Sequence list) {
            list.elements().forEach(element -> requireKnown(element, position));
        } else if (value instanceof Datum.Table table) {
            table.entries().values().forEach(element -> requireKnown(element, position));
        }
    }

    /** Describes a value for messages. */
    static String described(Datum value) {
        if (value instanceof Datum.Text text) {
            return Excerpt.quoted(text.value());
        }
        return value instanceof Datum.Numeral number ? Excerpt.of(number.literal()) : value.kind();
    }
}
