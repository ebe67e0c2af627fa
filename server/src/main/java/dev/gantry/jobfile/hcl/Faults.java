package dev.gantry.jobfile.hcl;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Collects the faults of a text, so that all of them are reported in one run. */
public final class Faults {

    /** The most faults that are kept: a file with more is of another kind. */
    public static final int MOST = 100;

    private final List<TextFaultException> found = new ArrayList<>();
    private boolean more;

    /**
     * Keeps a fault, once for each place and message.
     *
     * @param fault the fault
     */
    public void add(TextFaultException fault) {
        boolean known = found.stream()
                .anyMatch(other -> other.position().equals(fault.position())
                        && other.getMessage().equals(fault.getMessage()));
        if (known) {
            return;
        }
        if (found.size() < MOST) {
            found.add(fault);
        } else {
            more = true;
        }
    }

    /**
     * Keeps a fault.
     *
     * @param position where it begins
     * @param message what is wrong, and the remedy; one line
     */
    public void add(Position position, String message) {
        add(new TextFaultException(position, message));
    }

    /**
     * Keeps the faults of another collection.
     *
     * @param others the faults
     */
    public void addAll(Faults others) {
        others.found.forEach(this::add);
        more |= others.more;
    }

    /**
     * Runs a step and keeps the fault that it ends with.
     *
     * @param step the step
     * @param <T> its result
     * @return the result; empty after a fault
     */
    public <T> Optional<T> attempt(Supplier<T> step) {
        try {
            return Optional.ofNullable(step.get());
        } catch (TextFaultException e) {
            add(e);
            return Optional.empty();
        }
    }

    /**
     * Decides whether there are none.
     *
     * @return true if there are none
     */
    public boolean isEmpty() {
        return found.isEmpty();
    }

    /**
     * Decides whether {@link #MOST} faults are kept and there were more.
     *
     * @return true if there were more
     */
    public boolean hasMore() {
        return more;
    }

    /**
     * Returns the faults in the order of the text.
     *
     * @return at most {@link #MOST}
     */
    public List<TextFaultException> inOrder() {
        return found.stream()
                .sorted(Comparator.comparing(TextFaultException::position))
                .toList();
    }
}
