package dev.gantry.cli;

import dev.gantry.client.AllocationQuery;
import dev.gantry.client.GantryClient;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import java.util.stream.Stream;

/** Finds the allocation that {@code --job} means. */
final class NewestAllocation {

    private NewestAllocation() {}

    /** Returns the id of the newest allocation of the job, of one that runs if there is any. */
    static String of(GantryClient client, String jobId) {
        AllocationQuery all = AllocationQuery.ALL.ofJob(jobId);
        return Stream.of(all.inStatus(ClientStatus.CLIENT_STATUS_RUNNING), all)
                .flatMap(query -> client.allocations().list(query).limit(1))
                .findFirst()
                .map(Allocation::getId)
                .orElseThrow(() -> new CommandFailedException(
                        "No allocation of job \"%1$s\" that the token may list. See: gantry job status %1$s"
                                .formatted(jobId)));
    }
}
