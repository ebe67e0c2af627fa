package dev.gantry.cluster.scheduling;

import dev.gantry.model.FieldPath;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.scheduler.whatif.Changes;
import dev.gantry.scheduler.whatif.Effects;
import dev.gantry.scheduler.whatif.Simulation;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.WhatIfChange;
import dev.gantry.v1.WhatIfFit;
import dev.gantry.v1.WhatIfFitQuestion;
import dev.gantry.v1.WhatIfRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Computes what a cluster would do after some changes.
 *
 * @param scheduler makes plans
 * @param options the cluster's scheduler configuration
 */
record WhatIfComputation(Scheduler scheduler, SchedulerOptions options) {

    /** Returns the submitted jobs of which an allocation of the stored version has failed permanently. Reads from the store. */
    static Set<String> failedJobs(StoreReader reader, WhatIfRequest request) {
        return request.getChangesList().stream()
                .filter(WhatIfChange::hasSubmit)
                .map(change -> change.getSubmit().getId())
                .filter(reader.activity()::hasFailed)
                .collect(Collectors.toSet());
    }

    /**
     * Computes an answer.
     *
     * @param request a valid request; its jobs have their defaults filled in
     * @param snapshot the cluster
     * @param failedJobs as {@link #failedJobs} returns them
     * @param now the time to plan for
     */
    WhatIfs.Answer answer(WhatIfRequest request, ClusterSnapshot snapshot, Set<String> failedJobs, Instant now) {
        ClusterState cluster = snapshot.cluster().get();
        WhatIfChanges changes = new WhatIfChanges(snapshot, cluster, failedJobs);
        Changes made = changes.make(request.getChangesList());
        List<WhatIfFitQuestion> fits = request.getFitsList();
        for (int i = 0; i < fits.size(); i++) {
            changes.check(fits.get(i), FieldPath.element("fits", i));
        }
        Simulation simulation = new Simulation(scheduler, options, cluster, changes.before(), now);
        Effects.Result effects = simulation.run(made);
        List<WhatIfFit> fitting = new ArrayList<>();
        for (WhatIfFitQuestion fit : fits) {
            fitting.add(simulation.fit(fit.getJobId(), fit.getTaskGroup()));
        }
        return new WhatIfs.Answer(snapshot.index(), effects, fitting);
    }
}
