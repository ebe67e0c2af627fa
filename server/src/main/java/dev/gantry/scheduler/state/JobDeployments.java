package dev.gantry.scheduler.state;

import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Holds the running deployments of each job, and its newest one. */
public final class JobDeployments {

    private final Map<String, TreeMap<Long, Deployment>> jobs = new HashMap<>();

    /** Adds or replaces a deployment, and drops older ones that do not run. */
    void put(Deployment deployment) {
        TreeMap<Long, Deployment> known = jobs.computeIfAbsent(deployment.getJobId(), unseen -> new TreeMap<>());
        known.put(deployment.getJobVersion(), deployment);
        known.headMap(known.lastKey()).values().removeIf(older -> !isRunning(older));
    }

    /** Removes the deployments of a job. */
    void remove(String jobId) {
        jobs.remove(jobId);
    }

    /** Copies the deployments of one job, for another thread to read. */
    JobDeployments snapshot(String jobId) {
        JobDeployments snapshot = new JobDeployments();
        TreeMap<Long, Deployment> known = jobs.get(jobId);
        if (known != null) {
            snapshot.jobs.put(jobId, new TreeMap<>(known));
        }
        return snapshot;
    }

    /** Copies the deployments of all jobs, for another thread. */
    JobDeployments copy() {
        JobDeployments copy = new JobDeployments();
        jobs.forEach((jobId, known) -> copy.jobs.put(jobId, new TreeMap<>(known)));
        return copy;
    }

    /** Returns the deployments of a job in the order of their job versions. */
    List<Deployment> ofJob(String jobId) {
        TreeMap<Long, Deployment> known = jobs.get(jobId);
        return known == null ? List.of() : List.copyOf(known.values());
    }

    /**
     * Returns true if a deployment is running.
     *
     * @param deployment the deployment
     */
    public static boolean isRunning(Deployment deployment) {
        return deployment.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_RUNNING;
    }
}
