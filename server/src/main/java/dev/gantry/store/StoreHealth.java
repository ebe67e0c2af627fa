package dev.gantry.store;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says whether the store serves or is broken, and why. The store's own threads decide it, whatever was thrown and wherever;
 * writers, readers, the health service and the log ask here.
 *
 * <p>Each change is logged once, here. May be asked by any thread.
 */
public final class StoreHealth {

    private static final Logger LOG = LoggerFactory.getLogger(StoreHealth.class);

    /**
     * How the store comes back after a failure. A later constant may replace an earlier one, never the other way round.
     */
    public enum Recovery {
        /**
         * The database has closed itself, for instance because the disk is full. Nothing that was acknowledged is in doubt,
         * so the store opens it again by itself.
         */
        REOPENING("see that its disk has free space; the server opens the database again by itself"),
        /**
         * The disk did not keep what it had taken. A process that starts again could not tell which pages are missing, so
         * somebody has to look at the disk first. Reads go on.
         */
        OPERATOR("check the disk of the data directory, then start the server again"),
        /** The memory of this process can't be trusted any more, the disk can: the process ends and is started again. */
        RESTART("the server ends now and has to be started again");

        private final String remedy;

        Recovery(String remedy) {
            this.remedy = remedy;
        }
    }

    /** How the store is. */
    public sealed interface State {}

    /** It reads and writes. */
    public record Serving() implements State {}

    /**
     * It writes nothing, and reads only if the database is open.
     *
     * @param recovery what ends it
     * @param failure what each caller is told
     */
    public record Broken(Recovery recovery, StoreUnavailableException failure) implements State {}

    private final List<Consumer<State>> listeners = new CopyOnWriteArrayList<>();
    private volatile State state = new Serving();

    StoreHealth() {}

    /**
     * Tells how the store is.
     *
     * @return its state now
     */
    public State state() {
        return state;
    }

    /**
     * Tells whether the store takes writes.
     *
     * @return false if it is broken
     */
    public boolean isServing() {
        return state instanceof Serving;
    }

    /**
     * Asks to be told of each change of the state, and of the state now.
     *
     * @param listener called on the thread that changes the state: it must not wait nor throw
     */
    public synchronized void listen(Consumer<State> listener) {
        listeners.add(listener);
        listener.accept(state);
    }

    /** Why nothing can be written; empty if all is well. */
    Optional<StoreUnavailableException> failure() {
        return state instanceof Broken broken ? Optional.of(broken.failure().again()) : Optional.empty();
    }

    boolean is(Recovery recovery) {
        return state instanceof Broken broken && broken.recovery() == recovery;
    }

    /** The store can't go on; it stays so if it could not before for a worse reason. */
    synchronized void fail(Recovery recovery, String why, Throwable cause) {
        if (state instanceof Broken known && known.recovery().compareTo(recovery) >= 0) {
            LOG.debug("The broken store failed once more: {}", why, cause);
            return;
        }
        String message = "The store is broken: %s (%s); %s".formatted(why, rootMessage(cause), recovery.remedy);
        // Before the listeners, one of which may end the process.
        LOG.error(message, cause);
        become(new Broken(recovery, new StoreUnavailableException(message, cause)));
    }

    /** The database is open again; a failure that needs more than that stays. */
    synchronized void reopened() {
        if (is(Recovery.REOPENING)) {
            LOG.info(
                    "The store serves again: the database was opened anew, and nothing that was acknowledged is missing");
            become(new Serving());
        }
    }

    /**
     * Looks for an Error in a failure: H2 wraps an OutOfMemoryError in an SQLException, and jOOQ that once more.
     *
     * @return whether there is one
     */
    static boolean isError(Throwable failure) {
        Throwable cause = failure;
        // Bounded, since causes may form a circle.
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
