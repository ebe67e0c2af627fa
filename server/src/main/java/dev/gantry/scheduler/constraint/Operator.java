package dev.gantry.scheduler.constraint;

import dev.gantry.model.Spelling;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The operators of constraints, with the symbols that jobs use for them. */
public enum Operator {
    /** The sides are the same text. */
    EQUAL("=", "==", "is"),
    /** The sides differ, or one of them is missing. */
    NOT_EQUAL("!=", "not"),
    /** The attribute is greater: as a version, a number or a text. */
    ABOVE(">"),
    /** The attribute is greater or equal. */
    AT_LEAST(">="),
    /** The attribute is less. */
    BELOW("<"),
    /** The attribute is less or equal. */
    AT_MOST("<="),
    /** The regular expression matches a part of the attribute. */
    REGEXP("regexp"),
    /** The attribute is a version within the range. */
    VERSION("version"),
    /** The attribute is a semantic version within the range. */
    SEMVER("semver"),
    /** The attribute, a list with commas, contains all members of the value. */
    SET_CONTAINS("set_contains", "set_contains_all"),
    /** The attribute, a list with commas, contains a member of the value. */
    SET_CONTAINS_ANY("set_contains_any"),
    /** The node has the attribute. */
    IS_SET("is_set"),
    /** The node lacks the attribute. */
    IS_NOT_SET("is_not_set"),
    /** Allocations run on different nodes. */
    DISTINCT_HOSTS("distinct_hosts"),
    /** A limited number of allocations runs on nodes with the same value of the attribute. */
    DISTINCT_PROPERTY("distinct_property");

    private static final Map<String, Operator> BY_SYMBOL = Arrays.stream(values())
            .flatMap(operator -> operator.symbols.stream().map(symbol -> Map.entry(symbol, operator)))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    // List.of returns an immutable list.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> symbols;

    Operator(String... symbols) {
        this.symbols = List.of(symbols);
    }

    /**
     * Finds an operator by its symbol.
     *
     * @param symbol a symbol as jobs write it; empty stands for {@code =}
     * @return the operator
     * @throws IllegalArgumentException if no operator has the symbol; the message suggests the most similar symbol
     */
    public static Operator of(String symbol) {
        if (symbol.isEmpty()) {
            return EQUAL;
        }
        Operator operator = BY_SYMBOL.get(symbol);
        if (operator == null) {
            throw new IllegalArgumentException(
                    "\"%s\" is no operator; %s".formatted(symbol, Spelling.hint(symbol, BY_SYMBOL.keySet())));
        }
        return operator;
    }

    /** Returns true if the operator compares the positions of allocations, rather than testing a node alone. */
    boolean isDistinct() {
        return this == DISTINCT_HOSTS || this == DISTINCT_PROPERTY;
    }

    /** Returns true if a constraint with the operator must have an attribute. */
    boolean needsAttribute() {
        return this != DISTINCT_HOSTS;
    }

    /** Returns true if a constraint with the operator must have a value. */
    boolean needsValue() {
        return switch (this) {
            case EQUAL, NOT_EQUAL, ABOVE, AT_LEAST, BELOW, AT_MOST -> true;
            case REGEXP, VERSION, SEMVER, SET_CONTAINS, SET_CONTAINS_ANY -> true;
            case IS_SET, IS_NOT_SET, DISTINCT_HOSTS, DISTINCT_PROPERTY -> false;
        };
    }
}
