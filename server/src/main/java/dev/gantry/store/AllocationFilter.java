package dev.gantry.store;

import dev.gantry.v1.ClientStatus;
import java.util.Optional;

/**
 * A filter for lists of allocations; all present conditions must match.
 *
 * @param jobId the job
 * @param nodeId the node
 * @param clientStatus the client status
 */
public record AllocationFilter(Optional<String> jobId, Optional<String> nodeId, Optional<ClientStatus> clientStatus) {}
