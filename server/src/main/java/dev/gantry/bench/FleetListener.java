package dev.gantry.bench;

import dev.gantry.v1.Allocation;
import java.time.Duration;

/** Listens to events of simulated nodes. Called on gRPC's threads, so it must not block. */
interface FleetListener {

    /** A node was registered, and shall send heartbeats at this interval. */
    void registered(Duration heartbeatInterval);

    /** An allocation has arrived at its node, so it is on the server's disk. */
    void placed(Allocation allocation);

    /** An allocation of a job runs, and that is on the server's disk. */
    void running(String jobId);

    /** A node's session has ended. */
    void lost(String nodeName, Throwable failure);
}
