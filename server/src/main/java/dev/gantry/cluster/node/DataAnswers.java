package dev.gantry.cluster.node;

import dev.gantry.model.AllocationStatuses;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileQuestion;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/**
 * Answers nodes that ask for the data that an allocation takes over from one on another node. A node gets files of the one
 * allocation that the scheduler has named, of the same group, and only those that are taken over: {@code alloc/data} and
 * {@code TASK/local}.
 *
 * @param reader reads allocations
 * @param ask asks a node for a file of an allocation
 */
record DataAnswers(StoreReader reader, BiFunction<String, FileQuestion, CompletableFuture<FileAnswer>> ask) {

    private static final Pattern DATA = Pattern.compile("(alloc/data|(?!alloc/)[^/]+/local)(/.*)?", Pattern.DOTALL);

    /**
     * Answers a question. May block on the database.
     *
     * @param nodeId the node that asks
     * @param question what it asks; its allocation is the one that takes the data over
     * @return the answer; it never fails
     */
    CompletableFuture<FileAnswer> answer(String nodeId, FileQuestion question) {
        Optional<Allocation> heir = reader.allocations()
                .find(question.getAllocationId())
                .filter(found -> found.getNodeId().equals(nodeId)
                        && !AllocationStatuses.isTerminal(found)
                        && !found.getDataOfNodeId().isEmpty());
        Optional<Allocation> source = heir.flatMap(found -> reader.allocations()
                .find(found.getDataOfAllocationId())
                .filter(one -> one.getJobId().equals(found.getJobId())
                        && one.getTaskGroup().equals(found.getTaskGroup())));
        if (source.isEmpty() || !DATA.matcher(question.getPath()).matches()) {
            return refuse(
                    question, "Allocation %s takes over no such data".formatted(question.getAllocationId()), true);
        }
        if (source.get().getClientStatus() == ClientStatus.CLIENT_STATUS_LOST) {
            return refuse(
                    question, "Allocation %s was lost".formatted(source.get().getId()), true);
        }
        if (!AllocationStatuses.isTerminal(source.get())) {
            return CompletableFuture.completedFuture(FileAnswer.newBuilder()
                    .setRequestId(question.getRequestId())
                    .setError(
                            "Allocation %s has not ended".formatted(source.get().getId()))
                    .setRunning(true)
                    .build());
        }
        return ask.apply(
                        source.get().getNodeId(),
                        question.toBuilder()
                                .setAllocationId(source.get().getId())
                                .build())
                .handle((answer, failure) -> failure == null
                        ? answer.toBuilder()
                                .setRequestId(question.getRequestId())
                                .setRunning(false)
                                .build()
                        : refusal(question, reason(failure), false));
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause.getMessage() == null ? "The node did not answer in time" : cause.getMessage();
    }

    private static CompletableFuture<FileAnswer> refuse(FileQuestion question, String why, boolean missing) {
        return CompletableFuture.completedFuture(refusal(question, why, missing));
    }

    private static FileAnswer refusal(FileQuestion question, String why, boolean missing) {
        return FileAnswer.newBuilder()
                .setRequestId(question.getRequestId())
                .setError(why)
                .setMissing(missing)
                .build();
    }
}
