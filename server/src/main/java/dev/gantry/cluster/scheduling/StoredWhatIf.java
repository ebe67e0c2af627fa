package dev.gantry.cluster.scheduling;

import dev.gantry.cluster.Clocks;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.state.PlanDeadline;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.WhatIfRequest;
import java.time.Instant;

/**
 * Answers what a cluster would do after some changes from a database that no server uses, such as a copy. Computes as {@link
 * WhatIfs} does, and writes nothing.
 */
public final class StoredWhatIf {

    private final StoreReader reader;
    private final WhatIfComputation computation;

    /**
     * Prepares an answer.
     *
     * @param reader reads the database
     * @param scheduler makes plans
     * @param options the cluster's scheduler configuration
     */
    public StoredWhatIf(StoreReader reader, Scheduler scheduler, SchedulerOptions options) {
        this.reader = reader;
        this.computation = new WhatIfComputation(scheduler, options);
    }

    /**
     * Computes what the cluster would do. Reads all of its state.
     *
     * @param request a valid request; its jobs have their defaults filled in
     * @param now the time to plan for, such as that of the copy
     * @return the answer
     * @throws dev.gantry.cluster.ClusterException as the changes would throw
     */
    public WhatIfs.Answer answer(WhatIfRequest request, Instant now) {
        SchedulingState state = new SchedulingState(new Clocks(() -> now, () -> now));
        state.load(reader);
        return computation.answer(
                request, state.snapshot(PlanDeadline.NONE), WhatIfComputation.failedJobs(reader, request), now);
    }
}
