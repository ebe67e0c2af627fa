package dev.gantry.template;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A value that a template works with. */
sealed interface Value {

    /** No value, as Go's nil. */
    record None() implements Value {

        /** The only one that is needed. */
        static final Value NONE = new None();
    }

    /** True or false. */
    record Bool(boolean value) implements Value {}

    /** An integer. */
    record Int(long value) implements Value {}

    /** A floating-point number. */
    record Real(double value) implements Value {}

    /** A text. */
    record Text(String value) implements Value {}

    /** A list; unmodifiable. */
    record Items(List<Value> values) implements Value {

        public Items {
            values = List.copyOf(values);
        }
    }

    /** A map, in the order of its keys; unmodifiable. A key that it lacks has no value. */
    record Pairs(Map<String, Value> entries) implements Value {

        public Pairs {
            entries = Collections.unmodifiableMap(new TreeMap<>(entries));
        }
    }

    /** An object with fixed fields, as a Go struct: to name another field is a fault. */
    record Fields(Map<String, Value> fields) implements Value {

        public Fields {
            fields = Collections.unmodifiableMap(new TreeMap<>(fields));
        }
    }

    /** Returns whether {@code if} and {@code with} take the value as true, by Go's rule: not empty and not 0. */
    default boolean isTrue() {
        if (this instanceof Bool bool) {
            return bool.value();
        }
        if (this instanceof Int number) {
            return number.value() != 0;
        }
        if (this instanceof Real number) {
            return number.value() != 0;
        }
        if (this instanceof Text text) {
            return !text.value().isEmpty();
        }
        if (this instanceof Items items) {
            return !items.values().isEmpty();
        }
        if (this instanceof Pairs pairs) {
            return !pairs.entries().isEmpty();
        }
        return this instanceof Fields;
    }

    /** Returns the kind of the value, by Go's name where {@code printf} writes it. */
    default String kind() {
        if (this instanceof Bool) {
            return "bool";
        }
        if (this instanceof Int) {
            return "int";
        }
        if (this instanceof Real) {
            return "float64";
        }
        if (this instanceof Text) {
            return "string";
        }
        if (this instanceof Items) {
            return "list";
        }
        if (this instanceof Pairs) {
            return "map";
        }
        return this instanceof Fields ? "object" : "<nil>";
    }
}
