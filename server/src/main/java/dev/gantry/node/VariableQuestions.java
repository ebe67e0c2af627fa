package dev.gantry.node;

import dev.gantry.node.allocation.VariableSource;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.VariablesRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Asks the server for the values of variables, for a few tasks at a time. Without a server the questions wait, and those
 * that an ended session has not answered are asked again in the next one. There are at most as many as there are tasks that
 * start. Owned by the owner thread.
 */
public final class VariableQuestions implements VariableSource {

    /** How many questions wait for the server's answer at a time, fewer than it accepts. */
    private static final int AT_A_TIME = 8;

    private final Deque<Asked> waiting = new ArrayDeque<>();
    private final Map<Long, Asked> sent = new LinkedHashMap<>();
    private Runnable news = () -> {};
    private long lastId;

    private record Asked(String allocationId, String task, Question question) {}

    /** Makes an object without questions. */
    public VariableQuestions() {}

    /** Sets the listener that is called when there are questions to send. */
    void onNews(Runnable listener) {
        news = listener;
    }

    @Override
    public void ask(String allocationId, String task, Question question) {
        waiting.addLast(new Asked(allocationId, task, question));
        news.run();
    }

    /**
     * Sends questions that wait, as many as may be asked.
     *
     * @param sender sends a message to the server, which has registered this node
     */
    void send(Consumer<ConnectRequest> sender) {
        while (sent.size() < AT_A_TIME && !waiting.isEmpty()) {
            Asked next = waiting.removeFirst();
            if (next.question().isNeeded()) {
                lastId++;
                sent.put(lastId, next);
                sender.accept(ConnectRequest.newBuilder()
                        .setVariablesRequest(VariablesRequest.newBuilder()
                                .setRequestId(lastId)
                                .setAllocationId(next.allocationId())
                                .setTask(next.task()))
                        .build());
            }
        }
    }

    /** Handles an answer of the server; ignores one without a question. */
    void answered(TaskVariables answer) {
        Asked asked = sent.remove(answer.getRequestId());
        if (asked != null) {
            asked.question().answered(answer);
        }
    }

    /** The session has ended: its questions wait for the next one. */
    void endSession() {
        sent.values().forEach(waiting::addLast);
        sent.clear();
    }
}
