package dev.gantry.node;

import dev.gantry.node.allocation.AllocationRunner;
import dev.gantry.node.file.AllocationFiles;
import dev.gantry.node.session.OwnerThread;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileQuestion;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Answers the server's questions for files of allocations. Request ids are unique within one session only, so an answer to an
 * ended session is dropped. Owned by the owner thread; only the files are read on other threads.
 */
final class FileAnswers {

    /** A task can block a thread that reads its files. It must not keep readers of other allocations out. */
    private static final int MOST_OF_AN_ALLOCATION = 2;

    private static final String NO_FILES =
            "Node %s has no files of allocation %s: they were deleted after its end, since only those of the newest ended"
                    + " allocations are kept, or the allocation has not started there";

    private final OwnerThread owner;
    private final NodeAllocations allocations;
    private final Executor readers;
    private final String nodeName;
    private final Consumer<FileAnswer> sender;
    private final Map<String, Integer> reading = new HashMap<>();
    private long sessionNumber;

    /**
     * Prepares the answers.
     *
     * @param owner the owner thread
     * @param allocations the node's allocations
     * @param readers threads that read files, which may block; it rejects what exceeds its bounds
     * @param nodeName the name of the node, for messages
     * @param sender sends answers to the server
     */
    FileAnswers(
            OwnerThread owner,
            NodeAllocations allocations,
            Executor readers,
            String nodeName,
            Consumer<FileAnswer> sender) {
        this.owner = owner;
        this.allocations = allocations;
        this.readers = readers;
        this.nodeName = nodeName;
        this.sender = sender;
    }

    /** Begins to answer a question. */
    void answer(FileQuestion question) {
        String allocationId = question.getAllocationId();
        Optional<AllocationFiles> files = allocations.find(allocationId).map(AllocationRunner::files);
        if (files.isEmpty()) {
            refuse(question, NO_FILES.formatted(nodeName, allocationId), true);
        } else if (reading.getOrDefault(allocationId, 0) >= MOST_OF_AN_ALLOCATION) {
            refuse(
                    question,
                    "%d files of the allocation are being read: try again".formatted(MOST_OF_AN_ALLOCATION),
                    false);
        } else {
            read(question, files.get());
        }
    }

    private void read(FileQuestion question, AllocationFiles files) {
        long number = sessionNumber;
        try {
            readers.execute(() -> {
                FileAnswer answer = files.answer(question);
                owner.execute(() -> end(number, question, answer));
            });
            reading.merge(question.getAllocationId(), 1, Integer::sum);
        } catch (RejectedExecutionException e) {
            refuse(question, "The node reads too many files at the same time: try again", false);
        }
    }

    private void end(long number, FileQuestion question, FileAnswer answer) {
        reading.computeIfPresent(question.getAllocationId(), (id, count) -> count == 1 ? null : count - 1);
        if (number == sessionNumber) {
            sender.accept(answer);
        }
    }

    /** Answers a question with an error, for people. */
    void refuse(FileQuestion question, String why, boolean missing) {
        sender.accept(AllocationFiles.refuse(question, why, missing));
    }

    /** Drops all answers of the session that has ended. */
    void endSession() {
        sessionNumber++;
    }
}
