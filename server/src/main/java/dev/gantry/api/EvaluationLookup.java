package dev.gantry.api;

import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Evaluation;
import java.util.List;

/** Finds the evaluation that a person means by the first characters of its id. */
final class EvaluationLookup {

    private static final int SHORTEST = 4;

    private final StoreReader reader;

    EvaluationLookup(StoreReader reader) {
        this.reader = reader;
    }

    /**
     * The evaluation.
     *
     * @throws InvalidRequestException if the text is too short or could mean several
     * @throws UnknownObjectException if there is none
     */
    Evaluation find(String idOrPrefix) {
        if (idOrPrefix.length() < SHORTEST) {
            throw new InvalidRequestException(
                    "evaluation_id",
                    "\"%s\" is too short: give %d characters at least".formatted(idOrPrefix, SHORTEST));
        }
        List<Evaluation> found = reader.evaluations().findLike(idOrPrefix);
        if (found.size() > 1) {
            throw new InvalidRequestException(
                    "evaluation_id", "several evaluations begin with \"%s\": give more of it".formatted(idOrPrefix));
        }
        return found.stream().findFirst().orElseThrow(() -> new UnknownObjectException("evaluation", idOrPrefix));
    }
}
