package dev.gantry.api;

import dev.gantry.api.access.Owners;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import java.util.function.Predicate;

/** Finds the jobs of stored objects. */
final class StoredOwners implements Owners {

    private final IdLookup<Allocation> allocations;
    private final IdLookup<Deployment> deployments;
    private final IdLookup<Evaluation> evaluations;

    StoredOwners(StoreReader reader) {
        this.allocations = IdLookup.ofAllocations(reader);
        this.deployments = IdLookup.ofDeployments(reader);
        this.evaluations = IdLookup.ofEvaluations(reader);
    }

    @Override
    public Owned allocation(String idOrPrefix, Predicate<String> jobs) {
        Allocation found = allocations.find(idOrPrefix, allocation -> jobs.test(allocation.getJobId()));
        return new Owned(found.getId(), found.getJobId());
    }

    @Override
    public Owned deployment(String idOrPrefix, Predicate<String> jobs) {
        Deployment found = deployments.find(idOrPrefix, deployment -> jobs.test(deployment.getJobId()));
        return new Owned(found.getId(), found.getJobId());
    }

    @Override
    public Owned evaluation(String idOrPrefix, Predicate<String> jobs) {
        Evaluation found = evaluations.find(idOrPrefix, evaluation -> jobs.test(evaluation.getJobId()));
        return new Owned(found.getId(), found.getJobId());
    }
}
