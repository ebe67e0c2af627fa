package dev.gantry.scheduler.whatif;

import dev.gantry.v1.Node;
import java.util.List;

/**
 * The changes to simulate.
 *
 * @param nodes nodes as they are after the changes: new ones too. The allocations of a node that is down are lost. A
 *     drain with a deadline reaches it
 * @param jobs jobs as they are after the changes: new ones too
 */
public record Changes(List<Node> nodes, List<SimulatedJob> jobs) {

    /** Copies the lists. */
    public Changes {
        nodes = List.copyOf(nodes);
        jobs = List.copyOf(jobs);
    }
}
