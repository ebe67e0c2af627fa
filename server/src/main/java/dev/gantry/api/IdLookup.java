package dev.gantry.api;

import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.access.AccessControl;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.AclToken;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Finds an object by its id or by a prefix of its id.
 *
 * @param <T> the kind of object
 */
final class IdLookup<T> {

    private static final int SHORTEST = 4;

    /** The counter at the beginning of the server's ids, so that no two begin with the same text of this length. */
    private static final int SHORTEST_AMONG_OTHERS = 8;

    private final String kind;
    private final String field;
    private final Function<String, List<T>> search;

    private IdLookup(String kind, String field, Function<String, List<T>> search) {
        this.kind = kind;
        this.field = field;
        this.search = search;
    }

    static IdLookup<Allocation> ofAllocations(StoreReader reader) {
        return new IdLookup<>("allocation", "allocation_id", reader.allocations()::findLike);
    }

    static IdLookup<Deployment> ofDeployments(StoreReader reader) {
        return new IdLookup<>("deployment", "deployment_id", reader.deployments()::findLike);
    }

    static IdLookup<Evaluation> ofEvaluations(StoreReader reader) {
        return new IdLookup<>("evaluation", "evaluation_id", reader.evaluations()::findLike);
    }

    static IdLookup<AclToken> ofTokens(AccessControl access) {
        return new IdLookup<>("token", "accessor_id", prefix -> access.tokensLike(prefix, 2));
    }

    /**
     * Finds the one object whose id begins with a text.
     *
     * @throws InvalidRequestException if the text is too short or is a prefix of several ids
     * @throws UnknownObjectException if there is no such object
     */
    T find(String idOrPrefix) {
        return find(idOrPrefix, SHORTEST, any -> true);
    }

    /**
     * Finds the one object whose id begins with a text, among those that a filter selects. A shorter text would be the
     * beginning of other objects' ids too, which must make no difference.
     *
     * @throws InvalidRequestException if the text is too short or is a prefix of several ids
     * @throws UnknownObjectException if there is no such object
     */
    T find(String idOrPrefix, Predicate<T> filter) {
        return find(idOrPrefix, SHORTEST_AMONG_OTHERS, filter);
    }

    private T find(String idOrPrefix, int shortest, Predicate<T> filter) {
        if (idOrPrefix.length() < shortest) {
            throw new InvalidRequestException(
                    field, "\"%s\" is too short: give %d characters at least".formatted(idOrPrefix, shortest));
        }
        List<T> found = search.apply(idOrPrefix).stream().filter(filter).toList();
        if (found.size() > 1) {
            throw new InvalidRequestException(
                    field, "several %ss begin with \"%s\": give more of it".formatted(kind, idOrPrefix));
        }
        return found.stream().findFirst().orElseThrow(() -> new UnknownObjectException(kind, idOrPrefix));
    }
}
