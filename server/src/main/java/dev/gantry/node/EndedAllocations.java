package dev.gantry.node;

import com.google.protobuf.util.Timestamps;
import dev.gantry.node.allocation.AllocationRunner;
import dev.gantry.node.state.StateFailureLog;
import dev.gantry.node.state.StateWriter;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets ended allocations: removes their state and their directories. Forgets an allocation only if the server has
 * its end on disk, and if the server no longer names it or many newer allocations have ended. Owned by the owner
 * thread.
 */
final class EndedAllocations {

    private static final Logger LOG = LoggerFactory.getLogger(EndedAllocations.class);

    /** The number of ended allocations that are kept for their logs; the server names as many. */
    private static final int KEPT = 50;

    private final Map<String, AllocationRunner> runners;
    private final StateWriter writer;
    private final DirectoryCleaner cleaner;
    private final Sweeper sweeper;
    private final Executor owner;
    private final Set<String> unnamed = new HashSet<>();
    private final Set<String> acknowledged = new HashSet<>();
    private final Set<String> forgetting = new HashSet<>();

    /**
     * Creates the rule.
     *
     * @param runners all allocations of the node by id; forgotten ones are removed
     * @param writer removes their state
     * @param cleaner deletes their directories
     * @param sweeper no longer spares them
     * @param owner the owner thread
     */
    EndedAllocations(
            Map<String, AllocationRunner> runners,
            StateWriter writer,
            DirectoryCleaner cleaner,
            Sweeper sweeper,
            Executor owner) {
        this.runners = runners;
        this.writer = writer;
        this.cleaner = cleaner;
        this.sweeper = sweeper;
        this.owner = owner;
    }

    /** Records that the server has named the allocation. */
    void named(String allocationId) {
        unnamed.remove(allocationId);
    }

    /** Records that the server has named all allocations of the node, but not this one. */
    void unnamed(String allocationId) {
        unnamed.add(allocationId);
    }

    /** Records that the allocation has changed, so that the server does not have its newest state. */
    void changed(String allocationId) {
        acknowledged.remove(allocationId);
    }

    /** Records that the server has the newest state of the allocation on disk. */
    void acknowledged(String allocationId) {
        acknowledged.add(allocationId);
    }

    /** Forgets the ended allocations that are no longer needed. */
    void forgetOld() {
        List<AllocationRunner> ended = runners.values().stream()
                .filter(runner -> runner.isEnded() && acknowledged.contains(runner.id()))
                // Those are gone soon: of the others as many stay as should.
                .filter(runner -> !forgetting.contains(runner.id()))
                .sorted(Comparator.comparing(AllocationRunner::lastEventTime, Timestamps.comparator())
                        .reversed())
                .toList();
        for (int i = 0; i < ended.size(); i++) {
            if (i >= KEPT || unnamed.contains(ended.get(i).id())) {
                forget(ended.get(i));
            }
        }
    }

    private void forget(AllocationRunner runner) {
        if (forgetting.add(runner.id())) {
            var unused = writer.remove(runner.id())
                    .whenComplete((removed, failure) ->
                            owner.execute(() -> finishForgetting(runner, Optional.ofNullable(failure))));
        }
    }

    private void finishForgetting(AllocationRunner runner, Optional<Throwable> failure) {
        forgetting.remove(runner.id());
        if (failure.isPresent()) {
            StateFailureLog.tell(
                    LOG,
                    "Can't remove the state of allocation %s; retrying later".formatted(runner.id()),
                    failure.get());
            return;
        }
        runners.remove(runner.id());
        unnamed.remove(runner.id());
        acknowledged.remove(runner.id());
        sweeper.spareNoMore(runner.id());
        cleaner.clean(runner.id(), Optional.of(runner));
    }
}
