package dev.gantry.cli;

import dev.gantry.model.AllocationLife;
import dev.gantry.v1.StopJobResponse;
import dev.gantry.v1.WatchJobResponse;
import java.util.function.Consumer;

/** From the stop of a job until all its allocations have ended. */
final class StopProgress implements Progress {

    private final StopJobResponse stopped;
    private final Roster roster;
    private boolean overtaken;

    StopProgress(StopJobResponse stopped, Consumer<String> out) {
        this.stopped = stopped;
        this.roster = new Roster(stopped.getModifyIndex(), out);
    }

    @Override
    public Standing accept(WatchJobResponse update) {
        roster.accept(update.getAllocationsList());
        overtaken |= update.hasJob() && !update.getJob().getStopped() && update.getIndex() > stopped.getModifyIndex();
        if (overtaken) {
            return Standing.FAILED;
        }
        boolean isTold = update.getIndex() >= stopped.getModifyIndex();
        return isTold && live() == 0 ? Standing.DONE : Standing.GOES_ON;
    }

    @Override
    public String verdict(Standing standing) {
        return switch (standing) {
            case DONE -> "Nothing of the job runs any more";
            case FAILED, STUCK -> "The job was submitted again meanwhile";
            case GOES_ON ->
                Words.count(live(), "allocation") + " not ended in time: is the node up? See: gantry node status";
        };
    }

    private long live() {
        return roster.all()
                .filter(allocation -> !AllocationLife.isTerminal(allocation))
                .count();
    }
}
