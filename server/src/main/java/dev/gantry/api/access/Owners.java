package dev.gantry.api.access;

import java.util.function.Predicate;

/** Finds the jobs that objects belong to. May read the store. */
public interface Owners {

    /**
     * An object of a job.
     *
     * @param id its whole id
     * @param jobId its job
     */
    record Owned(String id, String jobId) {}

    /**
     * Finds an allocation.
     *
     * @param idOrPrefix its id, or the beginning of it
     * @param jobs selects the jobs whose objects are looked at
     * @return the allocation
     * @throws RuntimeException one that says that there is none, or several
     */
    Owned allocation(String idOrPrefix, Predicate<String> jobs);

    /**
     * Finds a deployment.
     *
     * @param idOrPrefix its id, or the beginning of it
     * @param jobs selects the jobs whose objects are looked at
     * @return the deployment
     * @throws RuntimeException one that says that there is none, or several
     */
    Owned deployment(String idOrPrefix, Predicate<String> jobs);

    /**
     * Finds an evaluation.
     *
     * @param idOrPrefix its id, or the beginning of it
     * @param jobs selects the jobs whose objects are looked at
     * @return the evaluation
     * @throws RuntimeException one that says that there is none, or several
     */
    Owned evaluation(String idOrPrefix, Predicate<String> jobs);
}
