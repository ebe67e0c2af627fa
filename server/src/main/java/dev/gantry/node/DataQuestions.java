package dev.gantry.node;

import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileQuestion;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Asks the server for files of allocations on other nodes, a few at a time. Without a server the questions wait, and those that
 * an ended session has not answered are asked again in the next one. There is at most one for each allocation that takes data
 * over. Owned by the owner thread.
 */
public final class DataQuestions {

    /** How many questions wait for the server's answer at a time, fewer than it accepts. */
    private static final int AT_A_TIME = 4;

    private final Deque<Asked> waiting = new ArrayDeque<>();
    private final Map<Long, Asked> sent = new LinkedHashMap<>();
    private Runnable news = () -> {};
    private long lastId;

    private record Asked(FileQuestion question, CompletableFuture<FileAnswer> answer) {}

    /** Makes an object without questions. */
    public DataQuestions() {}

    /** Sets the listener that is called when there are questions to send. */
    void onNews(Runnable listener) {
        news = listener;
    }

    /**
     * Asks for a file.
     *
     * @param question the question
     * @param answer is completed with the answer
     */
    public void ask(FileQuestion question, CompletableFuture<FileAnswer> answer) {
        waiting.removeIf(asked -> asked.answer().isDone());
        waiting.addLast(new Asked(question, answer));
        news.run();
    }

    /**
     * Sends questions that wait, as many as may be asked.
     *
     * @param sender sends a message to the server, which has registered this node
     */
    void send(Consumer<ConnectRequest> sender) {
        sent.values().removeIf(asked -> asked.answer().isDone());
        while (sent.size() < AT_A_TIME && !waiting.isEmpty()) {
            Asked next = waiting.removeFirst();
            if (!next.answer().isDone()) {
                lastId++;
                sent.put(lastId, next);
                sender.accept(ConnectRequest.newBuilder()
                        .setDataQuestion(next.question().toBuilder().setRequestId(lastId))
                        .build());
            }
        }
    }

    /** Handles an answer of the server; ignores one without a question. */
    void answered(FileAnswer answer) {
        Asked asked = sent.remove(answer.getRequestId());
        if (asked != null) {
            asked.answer().complete(answer);
        }
    }

    /** The session has ended: its questions wait for the next one. */
    void endSession() {
        sent.values().forEach(waiting::addLast);
        sent.clear();
    }
}
