package dev.gantry.node;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ObjLongConsumer;
import java.util.function.Predicate;

/**
 * Lets a few questions for the server be under way at a time. Without a server the others wait, and those that an ended session
 * has not answered are asked again in the next one. Owned by the owner thread.
 *
 * @param <Q> a question
 */
final class QuestionTurns<Q> {

    private final int atATime;
    private final Predicate<Q> isNeeded;
    private final Deque<Q> waiting = new ArrayDeque<>();
    private final Map<Long, Q> sent = new LinkedHashMap<>();
    private Runnable news = () -> {};
    private long lastId;

    /**
     * Begins without questions.
     *
     * @param atATime how many questions may be under way, fewer than the server accepts
     * @param isNeeded tells whether a question is still to be asked
     */
    QuestionTurns(int atATime, Predicate<Q> isNeeded) {
        this.atATime = atATime;
        this.isNeeded = isNeeded;
    }

    /** Sets the listener that is called when there are questions to send. */
    void onNews(Runnable listener) {
        news = listener;
    }

    /** Adds a question. */
    void ask(Q question) {
        waiting.addLast(question);
        news.run();
    }

    /** Forgets the questions that are not needed any more: those that wait, and those that are under way. */
    void forgetUnneeded() {
        waiting.removeIf(isNeeded.negate());
        sent.values().removeIf(isNeeded.negate());
    }

    /** Sends questions that wait, as many as may be under way, each with a new id. */
    void send(ObjLongConsumer<Q> sender) {
        while (sent.size() < atATime && !waiting.isEmpty()) {
            Q next = waiting.removeFirst();
            if (isNeeded.test(next)) {
                lastId++;
                sent.put(lastId, next);
                sender.accept(next, lastId);
            }
        }
    }

    /** Ends the turn of a question that is answered. Returns the question; empty if none with this id is under way. */
    Optional<Q> answered(long id) {
        return Optional.ofNullable(sent.remove(id));
    }

    /** The session has ended: its questions wait for the next one. */
    void endSession() {
        sent.values().forEach(waiting::addLast);
        sent.clear();
    }
}
