package dev.gantry.scheduler.constraint;

import dev.gantry.model.Spelling;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The operators of constraints, with the symbols that jobs use for them. */
public enum Operator {
    EQUAL("=", "==", "is"),
    NOT_EQUAL("!=", "not"),
    ABOVE(">"),
    AT_LEAST(">="),
    BELOW("<"),
    AT_MOST("<="),
    REGEXP("regexp"),
    VERSION("version"),
    SEMVER("semver"),
    SET_CONTAINS("set_contains", "set_contains_all"),
    SET_CONTAINS_ANY("set_contains_any"),
    IS_SET("is_set"),
    IS_NOT_SET("is_not_set"),
    DISTINCT_HOSTS("distinct_hosts"),
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
