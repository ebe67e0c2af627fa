package dev.gantry.cli;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.v1.StopJobResponse;
import dev.gantry.v1.WatchJobResponse;
import java.util.function.Consumer;

/** Follows the stop of a job until all its allocations have ended. */
final class StopProgress implements JobProgress {

    private final StopJobResponse stopped;
    private final WatchedAllocations roster;
    private boolean superseded;

    StopProgress(StopJobResponse stopped, Consumer<String> out) {
        this.stopped = stopped;
        this.roster = new WatchedAllocations(stopped.getModifyIndex(), out);
    }

    @Override
    public State accept(WatchJobResponse update) {
        roster.accept(update.getAllocationsList());
        superseded |= update.hasJob() && !update.getJob().getStopped() && update.getIndex() > stopped.getModifyIndex();
        if (superseded) {
            return State.FAILED;
        }
        boolean isSeen = update.getIndex() >= stopped.getModifyIndex();
        return isSeen && live() == 0 ? State.DONE : State.IN_PROGRESS;
    }

    @Override
    public String verdict(State state) {
        return switch (state) {
            case DONE -> "All allocations of the job have ended";
            case FAILED, BLOCKED, AWAITS_PROMOTION -> "The job was submitted again meanwhile";
            case IN_PROGRESS ->
                TextFormat.count(live(), "allocation") + " not ended in time: is the node up? See: gantry node status";
        };
    }

    private long live() {
        return roster.all()
                .filter(allocation -> !AllocationStatuses.isTerminal(allocation))
                .count();
    }
}
