package dev.gantry.jobfile.hcl2;

import static java.util.stream.Collectors.joining;

import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The type of a variable, to which its value is converted. */
sealed interface TypeConstraint {

    /** {@code string}, {@code number}, {@code bool} or {@code any}. */
    record Primitive(String name) implements TypeConstraint {

        /** Accepts any value as it is. */
        static final Primitive ANY = new Primitive("any");

        static final Primitive STRING = new Primitive("string");
        static final Primitive NUMBER = new Primitive("number");
        static final Primitive BOOL = new Primitive("bool");
    }

    /** {@code list(T)}, {@code set(T)} or {@code map(T)}. */
    record CollectionOf(String kind, TypeConstraint element) implements TypeConstraint {}

    /** {@code tuple([A, B])}. */
    record TupleOf(List<TypeConstraint> elements) implements TypeConstraint {}

    /**
     * No type: the value has the type of the variable's default, of a list or map without those of its elements. A variable
     * with neither takes any value, and text as it is.
     */
    record OfDefault(Optional<Datum> fallback) implements TypeConstraint {}

    /** <code>object({ a = A, b = optional(B, DEFAULT) })</code>. */
    record ObjectOf(Map<String, Attribute> attributes) implements TypeConstraint {}

    /** An attribute of an object. */
    record Attribute(TypeConstraint type, boolean optional, Datum whenAbsent) {}

    /**
     * Reads a type.
     *
     * @throws TextFaultException if the expression is none
     */
    static TypeConstraint of(Expression expression) {
        if (expression instanceof Expression.Faulty) {
            throw new Evaluator.ReportedException();
        }
        // Terraform 0.11 quoted types.
        Optional<String> quoted = TemplateParser.plain(expression);
        if (quoted.isPresent() || expression instanceof Expression.Name) {
            String name = quoted.orElseGet(() -> ((Expression.Name) expression).name());
            return switch (name) {
                case "string", "number", "bool", "any" -> new Primitive(name);
                case "list", "set", "map" -> new CollectionOf(name, Primitive.ANY);
                default -> throw noType(expression);
            };
        }
        if (!(expression instanceof Expression.Call call) || call.arguments().size() != 1) {
            throw noType(expression);
        }
        Expression argument = call.arguments().get(0);
        switch (call.function()) {
            case "list", "set", "map" -> {
                return new CollectionOf(call.function(), of(argument));
            }
            case "tuple" -> {
                if (argument instanceof Expression.Tuple tuple) {
                    return new TupleOf(
                            tuple.elements().stream().map(TypeConstraint::of).toList());
                }
                throw noType(argument);
            }
            case "object" -> {
                return objectOf(argument);
            }
            default -> throw noType(expression);
        }
    }

    private static TypeConstraint objectOf(Expression argument) {
        if (!(argument instanceof Expression.Braces braces)) {
            throw noType(argument);
        }
        Map<String, Attribute> attributes = new LinkedHashMap<>();
        for (Expression.Entry entry : braces.entries()) {
            String key = TemplateParser.plain(entry.key()).orElseThrow(() -> noType(entry.key()));
            attributes.put(key, attribute(entry.value()));
        }
        return new ObjectOf(attributes);
    }

    private static Attribute attribute(Expression expression) {
        boolean optional = expression instanceof Expression.Call call
                && call.function().equals("optional")
                && !call.arguments().isEmpty()
                && call.arguments().size() <= 2;
        if (!optional) {
            return new Attribute(of(expression), false, Datum.Null.NULL);
        }
        List<Expression> arguments = ((Expression.Call) expression).arguments();
        TypeConstraint type = of(arguments.get(0));
        Datum whenAbsent = arguments.size() == 1 ? Datum.Null.NULL : Constants.evaluate(arguments.get(1));
        return new Attribute(type, true, type.convert(whenAbsent, "the default", expression.position()));
    }

    private static TextFaultException noType(Expression expression) {
        return new TextFaultException(
                expression.position(),
                "this is no type: write string, number, bool, any, list(T), set(T), map(T), tuple([T, …]) or"
                        + " object({ NAME = T, … })");
    }

    /** The most characters of an {@linkplain #example example}. */
    int LONGEST_EXAMPLE = 100;

    /** Decides whether a text is a number as HCL writes it. */
    static boolean isNumber(String text) {
        return text.length() <= 100 && NumberPattern.DECIMAL.matcher(text).matches();
    }

    /** Holds a pattern: an interface has no private constants. */
    final class NumberPattern {

        static final Pattern DECIMAL = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,3})?");

        private NumberPattern() {}
    }

    /**
     * Converts a value.
     *
     * @param what names the value in messages
     * @throws TextFaultException if it can't be converted
     */
    default Datum convert(Datum value, String what, Position position) {
        if (value instanceof Datum.Null) {
            return value;
        }
        if (this instanceof Primitive primitive) {
            return primitive(primitive, value, what, position);
        }
        if (this instanceof CollectionOf collection) {
            return collection(collection, value, what, position);
        }
        if (this instanceof TupleOf tuple) {
            return tuple(tuple, value, what, position);
        }
        if (this instanceof OfDefault untyped) {
            return likeDefault(untyped, value, what, position);
        }
        return object((ObjectOf) this, value, what, position);
    }

    /** Returns a value of the type as it is written in HCL, with … for texts. */
    default String example() {
        String example = example(this);
        return example.length() <= LONGEST_EXAMPLE ? example : example.startsWith("{") ? "{ … }" : "[…]";
    }

    private static String example(TypeConstraint type) {
        if (type instanceof Primitive primitive) {
            return switch (primitive.name()) {
                case "number" -> "3";
                case "bool" -> "true";
                default -> "\"…\"";
            };
        }
        if (type instanceof CollectionOf collection) {
            String element = example(collection.element());
            return collection.kind().equals("map") ? "{ NAME = " + element + " }" : "[" + element + "]";
        }
        if (type instanceof OfDefault untyped) {
            Datum fallback = untyped.fallback().orElse(Datum.Null.NULL);
            return example(
                    fallback instanceof Datum.Sequence
                            ? new CollectionOf("list", Primitive.ANY)
                            : fallback instanceof Datum.Table
                                    ? new CollectionOf("map", Primitive.ANY)
                                    : primitiveOf(fallback));
        }
        if (type instanceof TupleOf tuple) {
            return tuple.elements().stream().map(element -> example(element)).collect(joining(", ", "[", "]"));
        }
        return ((ObjectOf) type)
                .attributes().entrySet().stream()
                        .filter(attribute -> !attribute.getValue().optional())
                        .map(attribute -> attribute.getKey() + " = "
                                + example(attribute.getValue().type()))
                        .collect(joining(", ", "{ ", " }"));
    }

    /** Decides whether text from outside is the value itself, and no expression. */
    default boolean isText() {
        return equals(Primitive.STRING)
                || (this instanceof OfDefault untyped
                        && untyped.fallback().map(Datum.Text.class::isInstance).orElse(true));
    }

    /** Decides whether text from outside may be an expression or the value itself. */
    default boolean isAny() {
        return equals(Primitive.ANY)
                || (this instanceof OfDefault untyped
                        && untyped.fallback()
                                .filter(Datum.Null.class::isInstance)
                                .isPresent());
    }

    private static Datum likeDefault(OfDefault type, Datum value, String what, Position position) {
        Datum fallback = type.fallback().orElse(Datum.Null.NULL);
        if (fallback instanceof Datum.Sequence && !(value instanceof Datum.Sequence)) {
            throw unfit(what, "a list", value, position);
        }
        if (fallback instanceof Datum.Table && !(value instanceof Datum.Table)) {
            throw unfit(what, "a map", value, position);
        }
        return primitiveOf(fallback).convert(value, what, position);
    }

    private static Primitive primitiveOf(Datum value) {
        if (value instanceof Datum.Text) {
            return Primitive.STRING;
        }
        if (value instanceof Datum.Numeral) {
            return Primitive.NUMBER;
        }
        return value instanceof Datum.Bool ? Primitive.BOOL : Primitive.ANY;
    }

    private static Datum primitive(Primitive type, Datum value, String what, Position position) {
        return switch (type.name()) {
            case "any" -> value;
            case "string" -> {
                if (value instanceof Datum.Sequence || value instanceof Datum.Table) {
                    throw unfit(what, "a text", value, position);
                }
                yield Evaluator.text(value, position);
            }
            case "number" -> {
                if (value instanceof Datum.Numeral) {
                    yield value;
                }
                if (value instanceof Datum.Text text && isNumber(text.value())) {
                    yield new Datum.Numeral(new BigDecimal(text.value()), text.value());
                }
                throw unfit(what, "a number", value, position);
            }
            default -> {
                if (value instanceof Datum.Bool) {
                    yield value;
                }
                if (value instanceof Datum.Text text
                        && (text.value().equals("true") || text.value().equals("false"))) {
                    yield new Datum.Bool(text.value().equals("true"));
                }
                throw unfit(what, "true or false", value, position);
            }
        };
    }

    private static Datum collection(CollectionOf type, Datum value, String what, Position position) {
        if (type.kind().equals("map")) {
            if (!(value instanceof Datum.Table table)) {
                throw unfit(what, "a map", value, position);
            }
            Map<String, Datum> entries = new LinkedHashMap<>();
            table.entries()
                    .forEach((key, entry) -> entries.put(
                            key,
                            type.element().convert(entry, "%s[\"%s\"]".formatted(what, Excerpt.of(key)), position)));
            return Datum.Table.of(type.element().equals(Primitive.ANY) ? alike(entries, what, position) : entries);
        }
        if (!(value instanceof Datum.Sequence list)) {
            throw unfit(what, "a " + type.kind(), value, position);
        }
        List<Datum> elements = new ArrayList<>();
        for (Datum element : list.elements()) {
            elements.add(type.element().convert(element, "%s[%d]".formatted(what, elements.size()), position));
        }
        List<Datum> converted = type.element().equals(Primitive.ANY) ? alike(elements, what, position) : elements;
        return type.kind().equals("set") ? Datum.Sequence.setOf(converted) : Datum.Sequence.of(converted);
    }

    private static Map<String, Datum> alike(Map<String, Datum> entries, String what, Position position) {
        Iterator<Datum> values =
                alike(List.copyOf(entries.values()), what, position).iterator();
        Map<String, Datum> unified = new LinkedHashMap<>();
        entries.keySet().forEach(key -> unified.put(key, values.next()));
        return unified;
    }

    /** Gives the elements of a collection of {@code any} one type. */
    private static List<Datum> alike(List<Datum> elements, String what, Position position) {
        return Unification.of(elements)
                .orElseThrow(() -> new TextFaultException(
                        position, "%s must have elements of one type: put them in quotes".formatted(what)));
    }

    private static Datum tuple(TupleOf type, Datum value, String what, Position position) {
        int size = type.elements().size();
        if (!(value instanceof Datum.Sequence list) || list.elements().size() != size) {
            throw unfit(what, "a list of %d".formatted(size), value, position);
        }
        List<Datum> elements = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            elements.add(type.elements().get(i).convert(list.elements().get(i), "%s[%d]".formatted(what, i), position));
        }
        return Datum.Sequence.of(elements);
    }

    private static Datum object(ObjectOf type, Datum value, String what, Position position) {
        if (!(value instanceof Datum.Table table)) {
            throw unfit(what, "an object", value, position);
        }
        Map<String, Datum> entries = new LinkedHashMap<>();
        type.attributes().forEach((name, attribute) -> {
            Datum given = table.entries().get(name);
            if (given == null && !attribute.optional()) {
                throw new TextFaultException(position, "%s lacks %s".formatted(what, Excerpt.quoted(name)));
            }
            boolean absent = given == null || (given instanceof Datum.Null && attribute.optional());
            entries.put(
                    name,
                    absent ? attribute.whenAbsent() : attribute.type().convert(given, what + "." + name, position));
        });
        return Datum.Table.of(entries);
    }

    private static TextFaultException unfit(String what, String wanted, Datum value, Position position) {
        return new TextFaultException(
                position, "%s must be %s, not %s".formatted(what, wanted, Evaluator.described(value)));
    }
}
