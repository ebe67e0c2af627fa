package dev.gantry.jobfile.hcl2;

import java.util.Optional;

/** The names that loops and dynamic blocks have given to values, the innermost first. */
record Bindings(String name, Datum value, Optional<Bindings> outer) {

    /** No names. */
    static final Optional<Bindings> NONE = Optional.empty();

    /** Gives a name to a value, within others. */
    static Optional<Bindings> with(String name, Datum value, Optional<Bindings> outer) {
        return Optional.of(new Bindings(name, value, outer));
    }

    /** Finds the value of a name. */
    static Optional<Datum> find(String name, Optional<Bindings> bindings) {
        for (Optional<Bindings> at = bindings; at.isPresent(); at = at.get().outer()) {
            if (at.get().name().equals(name)) {
                return Optional.of(at.get().value());
            }
        }
        return Optional.empty();
    }
}
