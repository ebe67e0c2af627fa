package dev.gantry.bench;

import dev.gantry.v1.Allocation;
import java.time.Duration;

/** Is told what hollow nodes see, on gRPC's threads: it must not wait. */
interface FleetListener {

    /** A node was registered, and shall send heartbeats at this interval. */
    void registered(Duration heartbeatInterval);

    /** An allocation has come to its node: it is on the server's disk. */
    void placed(Allocation allocation);

    /** An allocation of a job runs, and that is on the server's disk. */
    void running(String jobId);

    /** A node's session has ended. */
    void lost(String nodeName, Throwable failure);
}
