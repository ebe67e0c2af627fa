package dev.gantry.scheduler.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A {@link PlanDraft} that is made only once somebody looks at it. What is planned in it before is planned then, in the same
 * order: nearly always all that is vacant can be filled at once, and nobody asks what would be once something has ended.
 */
final class LazyPlanDraft {

    private final Supplier<PlanDraft> maker;
    private final List<Consumer<PlanDraft>> observers = new ArrayList<>();
    private final List<Consumer<PlanDraft>> steps = new ArrayList<>();
    private PlanDraft made;

    LazyPlanDraft(Supplier<PlanDraft> maker) {
        this.maker = maker;
    }

    /** Has an observer given the draft when it is made, before anything is planned in it. */
    void onMade(Consumer<PlanDraft> observer) {
        observers.add(observer);
    }

    /** Plans something in it. */
    void plan(Consumer<PlanDraft> step) {
        if (made == null) {
            steps.add(step);
        } else {
            step.accept(made);
        }
    }

    /** The draft with all that is planned so far. */
    PlanDraft get() {
        if (made == null) {
            made = maker.get();
            observers.forEach(observer -> observer.accept(made));
            steps.forEach(step -> step.accept(made));
            steps.clear();
        }
        return made;
    }
}
