package dev.gantry.scheduler.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes a {@link PlanDraft} when it is first read, and replays the steps planned before. Most plans never read it: if
 * every request fits now, it is never made.
 */
final class LazyPlanDraft {

    private final Supplier<PlanDraft> maker;
    private final List<Consumer<PlanDraft>> observers = new ArrayList<>();
    private final List<Consumer<PlanDraft>> steps = new ArrayList<>();
    private PlanDraft made;

    /**
     * Makes nothing yet.
     *
     * @param maker makes the draft
     */
    LazyPlanDraft(Supplier<PlanDraft> maker) {
        this.maker = maker;
    }

    /** Registers an observer that is given the draft when it is made, before any step is planned in it. */
    void onMade(Consumer<PlanDraft> observer) {
        observers.add(observer);
    }

    /** Plans a step in the draft, now or when the draft is made. */
    void plan(Consumer<PlanDraft> step) {
        if (made == null) {
            steps.add(step);
        } else {
            step.accept(made);
        }
    }

    /** Returns the draft with all steps planned so far. */
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
