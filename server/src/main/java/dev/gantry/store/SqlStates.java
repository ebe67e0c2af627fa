package dev.gantry.store;

import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the SQL states of failures. A state has five characters; the first two are its class. */
final class SqlStates {

    private static final int CLASS_LENGTH = 2;

    // Causes may form a cycle.
    private static final int DEEPEST = 50;

    private SqlStates() {}

    /** Returns the state of the first SQLException among the causes that has one; empty if none has. */
    static String of(Throwable failure) {
        return exception(failure).map(SQLException::getSQLState).orElse("");
    }

    /** Returns the class of the state; empty if there is none. */
    static String classOf(Throwable failure) {
        String state = of(failure);
        return state.length() < CLASS_LENGTH ? "" : state.substring(0, CLASS_LENGTH);
    }

    private static Optional<SQLException> exception(Throwable failure) {
        return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                .limit(DEEPEST)
                .filter(SQLException.class::isInstance)
                .map(SQLException.class::cast)
                .filter(known -> known.getSQLState() != null)
                .findFirst();
    }
}
