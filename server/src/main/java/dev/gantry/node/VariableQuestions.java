package dev.gantry.node;

import dev.gantry.node.allocation.VariableSource;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.VariablesRequest;
import java.util.function.Consumer;

/**
 * Asks the server for the values of variables, for a few tasks at a time. Without a server the questions wait, and those
 * that an ended session has not answered are asked again in the next one. There are at most as many as there are tasks that
 * start. Owned by the owner thread.
 */
public final class VariableQuestions implements VariableSource {

    /** How many questions wait for the server's answer at a time, fewer than it accepts. */
    private static final int AT_A_TIME = 8;

    private final QuestionTurns<Asked> turns =
            new QuestionTurns<>(AT_A_TIME, asked -> asked.question().isNeeded());

    private record Asked(String allocationId, String task, Question question) {}

    /** Makes an object without questions. */
    public VariableQuestions() {}

    /** Sets the listener that is called when there are questions to send. */
    void onNews(Runnable listener) {
        turns.onNews(listener);
    }

    @Override
    public void ask(String allocationId, String task, Question question) {
        turns.ask(new Asked(allocationId, task, question));
    }

    /**
     * Sends questions that wait, as many as may be asked.
     *
     * @param sender sends a message to the server, which has registered this node
     */
    void send(Consumer<ConnectRequest> sender) {
        turns.send((asked, id) -> sender.accept(ConnectRequest.newBuilder()
                .setVariablesRequest(VariablesRequest.newBuilder()
                        .setRequestId(id)
                        .setAllocationId(asked.allocationId())
                        .setTask(asked.task()))
                .build()));
    }

    /** Handles an answer of the server; ignores one without a question. */
    void answered(TaskVariables answer) {
        turns.answered(answer.getRequestId())
                .ifPresent(asked -> asked.question().answered(answer));
    }

    /** The session has ended: its questions wait for the next one. */
    void endSession() {
        turns.endSession();
    }
}
