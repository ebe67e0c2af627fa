package dev.gantry.bench;

import dev.gantry.client.GantryClient;
import dev.gantry.client.Jobs;
import dev.gantry.v1.Job;
import java.io.IOException;
import picocli.CommandLine.Option;

/** Gives a server simulated nodes, and jobs with constraints to place on them. */
final class PlacementLoad {

    private static final double NANOS_PER_SECOND = 1e9;

    @Option(names = "--nodes", defaultValue = "5000", description = "Simulated nodes. Default: ${DEFAULT-VALUE}.")
    private int nodes;

    @Option(names = "--jobs", defaultValue = "100", description = "Jobs to submit. Default: ${DEFAULT-VALUE}.")
    private int jobs;

    @Option(names = "--tasks", defaultValue = "1000", description = "Tasks of each job. Default: ${DEFAULT-VALUE}.")
    private int tasks;

    @Option(
            names = "--nodes-per-connection",
            defaultValue = "500",
            description = "How many simulated nodes share a connection; with --security tls each has its own. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int nodesPerConnection;

    /** Returns the number of nodes. */
    int nodes() {
        return nodes;
    }

    /** Returns the number of tasks of each job. */
    int tasks() {
        return tasks;
    }

    /** Returns a clock for all placements. */
    PlacementClock clock() {
        return new PlacementClock(nodes, jobs * tasks);
    }

    /**
     * Connects the nodes, submits the jobs one after the other, and waits until all their tasks run. The nodes are gone
     * afterwards.
     *
     * @param server the server
     * @param clock the clock of this run
     * @param report receives how long the submissions took
     * @return when the first submission began, by {@link System#nanoTime}
     */
    long place(ServerProcess server, PlacementClock clock, Report report) throws InterruptedException, IOException {
        try (HollowFleet fleet = new HollowFleet(server, nodesPerConnection, clock)) {
            return place(fleet, server, clock, report);
        }
    }

    /** Does the same, and leaves the nodes connected. */
    HollowFleet placeAndStay(ServerProcess server, PlacementClock clock, Report report)
            throws InterruptedException, IOException {
        HollowFleet fleet = new HollowFleet(server, nodesPerConnection, clock);
        place(fleet, server, clock, report);
        return fleet;
    }

    private long place(HollowFleet fleet, ServerProcess server, PlacementClock clock, Report report)
            throws InterruptedException, IOException {
        fleet.prepare(nodes).connect();
        fleet.beatEvery(clock.awaitRegistered());
        return submit(server, clock, report);
    }

    /** Submits the jobs to a server with nodes, and waits until all their tasks run. Returns when that began. */
    long submit(ServerProcess server, PlacementClock clock, Report report) throws InterruptedException {
        try (GantryClient client = server.client()) {
            long started = System.nanoTime();
            submitAll(client, clock);
            report.put("submit_seconds", (System.nanoTime() - started) / NANOS_PER_SECOND);
            clock.awaitRunning();
            return started;
        }
    }

    private void submitAll(GantryClient client, PlacementClock clock) {
        for (int i = 0; i < jobs; i++) {
            Job job = job("bench-%05d".formatted(i));
            clock.submitting(job.getId());
            client.jobs().submit(job);
        }
    }

    /** Returns a job of the size that is submitted. */
    Job job(String id) {
        return Jobs.service(id)
                .datacenters("dc1", "dc2")
                .constraint("${driver.rkt.version}", ">", "1.2")
                .group(Jobs.group("group")
                        .count(tasks)
                        .constraint("${attr.kernel.name}", "=", "linux")
                        .task(Jobs.rkt("task", "/srv/images/task.aci")
                                .net("host")
                                .cpu(20)
                                .memory(32)))
                .build();
    }
}
