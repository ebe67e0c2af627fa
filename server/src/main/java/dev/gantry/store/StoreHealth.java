package dev.gantry.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides in one place whether the store serves or is broken, and why. The store's own threads report every failure
 * here. Writers, readers, the health service and the log read the state here.
 *
 * <p>Logs each change of the state once. May be used by any thread.
 */
public final class StoreHealth {

    private static final Logger LOG = LoggerFactory.getLogger(StoreHealth.class);

    /**
     * How the store can serve again after a failure. A later constant may replace an earlier one, never the other way
     * round.
     */
    public enum Recovery {
        /**
         * The database has closed itself, for instance because the disk is full, or can't be reached. All acknowledged
         * writes are safe, so the store opens the database again by itself.
         */
        REOPENING,
        /**
         * The disk did not keep data that it had accepted, or the database lacks writes that it had committed. A new
         * process could not tell what is missing, so an operator has to find the cause first. Reads continue.
         */
        OPERATOR,
        /**
         * Another server has taken over the database: this one closes its store, and may take over later in its turn. Nothing
         * is lost.
         */
        OTHER_LEADER,
        /**
         * This process's memory cannot be trusted, but the database can: the process ends and a supervisor starts it
         * again.
         */
        RESTART
    }

    /** The remedy for {@link Recovery#OTHER_LEADER}. */
    static final String FOLLOWS = "the server ends its work as the leader, and passes calls on to that server";

    /** The remedy for {@link Recovery#RESTART}. */
    static final String RESTARTED = "the server ends now and has to be started again";

    /** The state of the store. */
    public sealed interface State {}

    /** The store reads and writes. */
    public record Serving() implements State {}

    /**
     * The store accepts no writes, and reads only if the database is open.
     *
     * @param recovery how the store can serve again
     * @param failure the exception that each caller gets
     */
    public record Broken(Recovery recovery, StoreUnavailableException failure) implements State {}

    private final List<Consumer<State>> listeners = new CopyOnWriteArrayList<>();
    private final Function<Recovery, String> remedy;
    private volatile State state = new Serving();

    /**
     * Creates the health of a store that serves.
     *
     * @param remedy returns what an operator can do, by how the store can serve again
     */
    StoreHealth(Function<Recovery, String> remedy) {
        this.remedy = remedy;
    }

    /**
     * Returns the state.
     *
     * @return the present state
     */
    public State state() {
        return state;
    }

    /**
     * Tells whether the store accepts writes.
     *
     * @return false if the store is broken
     */
    public boolean isServing() {
        return state instanceof Serving;
    }

    /**
     * Registers a listener for changes of the state, and calls it with the present state.
     *
     * @param listener called on the thread that changes the state; it must neither block nor throw
     */
    public synchronized void listen(Consumer<State> listener) {
        listeners.add(listener);
        listener.accept(state);
    }

    /** Returns the exception for a caller; empty if the store serves. */
    Optional<StoreUnavailableException> failure() {
        return state instanceof Broken broken ? Optional.of(broken.failure().again()) : Optional.empty();
    }

    /** Returns true if the store is broken and recovers in the given way. */
    boolean is(Recovery recovery) {
        return state instanceof Broken broken && broken.recovery() == recovery;
    }

    /** Breaks the store. Does nothing but log if the store is broken already with the same or a later recovery. */
    synchronized void fail(Recovery recovery, String why, Throwable cause) {
        if (state instanceof Broken known && known.recovery().compareTo(recovery) >= 0) {
            LOG.debug("The broken store failed once more: {}", why, cause);
            return;
        }
        String message = "The store is broken: %s (%s); %s".formatted(why, rootMessage(cause), remedy.apply(recovery));
        // Log before calling the listeners, one of which may end the process.
        LOG.error(message, cause);
        become(new Broken(recovery, new StoreUnavailableException(message, cause)));
    }

    /**
     * Makes the store serve again after the database was opened; does nothing if the failure needs another recovery.
     */
    synchronized void reopened() {
        if (is(Recovery.REOPENING)) {
            LOG.info("The store serves again: the database was opened again, and no acknowledged write is missing");
            become(new Serving());
        }
    }

    /**
     * Tells whether an Error is among the causes of a failure: H2 wraps an OutOfMemoryError in an SQLException, and
     * jOOQ wraps that again.
     *
     * @return true if there is one
     */
    static boolean isError(Throwable failure) {
        Throwable cause = failure;
        // Bounded, since causes may form a cycle.
        for (int depth = 0; cause != null && depth < 50; depth++) {
            if (cause instanceof Error) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private void become(State next) {
        state = next;
        listeners.forEach(listener -> listener.accept(next));
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        for (int depth = 0; root.getCause() != null && depth < 50; depth++) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.toString();
    }
}
