package dev.gantry.api;

import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import java.util.List;

/** Finds the allocation that a person means by the first characters of its id. */
final class AllocationLookup {

    private static final int SHORTEST = 4;

    private final StoreReader reader;

    AllocationLookup(StoreReader reader) {
        this.reader = reader;
    }

    /**
     * The allocation.
     *
     * @throws InvalidRequestException if the text is too short or could mean several
     * @throws UnknownObjectException if there is none
     */
    Allocation find(String idOrPrefix) {
        if (idOrPrefix.length() < SHORTEST) {
            throw new InvalidRequestException(
                    "allocation_id",
                    "\"%s\" is too short: give %d characters at least".formatted(idOrPrefix, SHORTEST));
        }
        List<Allocation> found = reader.allocations().findLike(idOrPrefix);
        if (found.size() > 1) {
            throw new InvalidRequestException(
                    "allocation_id", "several allocations begin with \"%s\": give more of it".formatted(idOrPrefix));
        }
        return found.stream().findFirst().orElseThrow(() -> new UnknownObjectException("allocation", idOrPrefix));
    }
}
