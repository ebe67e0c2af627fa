package dev.gantry.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A {@link Proposal} that is made only once somebody looks at it. What is planned in it before is planned then, in the same
 * order: nearly always all that is vacant can be filled at once, and nobody asks what would be once something has ended.
 */
final class LaterProposal {

    private final Supplier<Proposal> maker;
    private final List<Consumer<Proposal>> observers = new ArrayList<>();
    private final List<Consumer<Proposal>> steps = new ArrayList<>();
    private Proposal made;

    LaterProposal(Supplier<Proposal> maker) {
        this.maker = maker;
    }

    /** Has an observer given the proposal when it is made, before anything is planned in it. */
    void onMade(Consumer<Proposal> observer) {
        observers.add(observer);
    }

    /** Plans something in it. */
    void plan(Consumer<Proposal> step) {
        if (made == null) {
            steps.add(step);
        } else {
            step.accept(made);
        }
    }

    /** The proposal with all that is planned so far. */
    Proposal get() {
        if (made == null) {
            made = maker.get();
            observers.forEach(observer -> observer.accept(made));
            steps.forEach(step -> step.accept(made));
            steps.clear();
        }
        return made;
    }
}
