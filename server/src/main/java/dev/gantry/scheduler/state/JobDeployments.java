package dev.gantry.scheduler.state;

import dev.gantry.v1.Deployment;
import dev.gantry.v1.DeploymentStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What is known of deployments: of each job those that run, and the newest. */
public final class JobDeployments {

    private final Map<String, TreeMap<Long, Deployment>> jobs = new HashMap<>();

    void put(Deployment deployment) {
        TreeMap<Long, Deployment> known = jobs.computeIfAbsent(deployment.getJobId(), unseen -> new TreeMap<>());
        known.put(deployment.getJobVersion(), deployment);
        known.headMap(known.lastKey()).values().removeIf(older -> !isRunning(older));
    }

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

    /** In the order of the versions that they bring. */
    List<Deployment> ofJob(String jobId) {
        TreeMap<Long, Deployment> known = jobs.get(jobId);
        return known == null ? List.of() : List.copyOf(known.values());
    }

    public static boolean isRunning(Deployment deployment) {
        return deployment.getStatus() == DeploymentStatus.DEPLOYMENT_STATUS_RUNNING;
    }
}
