package dev.gantry.store;

import dev.gantry.v1.ClientStatus;
import java.util.Optional;

/**
 * Which allocations to list; all that is set must match.
 *
 * @param jobId only this job's
 * @param nodeId only this node's
 * @param clientStatus only in this state
 */
public record AllocationFilter(Optional<String> jobId, Optional<String> nodeId, Optional<ClientStatus> clientStatus) {}
