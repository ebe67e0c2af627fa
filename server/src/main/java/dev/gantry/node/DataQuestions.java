package dev.gantry.node;

import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileQuestion;
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

    private final QuestionTurns<Asked> turns =
            new QuestionTurns<>(AT_A_TIME, asked -> !asked.answer().isDone());

    private record Asked(FileQuestion question, CompletableFuture<FileAnswer> answer) {}

    /** Makes an object without questions. */
    public DataQuestions() {}

    /** Sets the listener that is called when there are questions to send. */
    void onNews(Runnable listener) {
        turns.onNews(listener);
    }

    /**
     * Asks for a file.
     *
     * @param question the question
     * @param answer is completed with the answer
     */
    public void ask(FileQuestion question, CompletableFuture<FileAnswer> answer) {
        turns.forgetUnneeded();
        turns.ask(new Asked(question, answer));
    }

    /**
     * Sends questions that wait, as many as may be asked.
     *
     * @param sender sends a message to the server, which has registered this node
     */
    void send(Consumer<ConnectRequest> sender) {
        turns.forgetUnneeded();
        turns.send((asked, id) -> sender.accept(ConnectRequest.newBuilder()
                .setDataQuestion(asked.question().toBuilder().setRequestId(id))
                .build()));
    }

    /** Handles an answer of the server; ignores one without a question. */
    void answered(FileAnswer answer) {
        turns.answered(answer.getRequestId()).ifPresent(asked -> asked.answer().complete(answer));
    }

    /** The session has ended: its questions wait for the next one. */
    void endSession() {
        turns.endSession();
    }
}
