package dev.gantry.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listeners for the changes of writes. Registered by any thread, called by one. */
final class ChangeListeners {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeListeners.class);

    private final StoreHealth health;
    private final List<Consumer<ChangeSet>> listeners = new CopyOnWriteArrayList<>();

    /**
     * Creates an empty list.
     *
     * @param health learns of an Error of a listener
     */
    ChangeListeners(StoreHealth health) {
        this.health = health;
    }

    /** Registers a listener. It must neither block nor throw. */
    void add(Consumer<ChangeSet> listener) {
        listeners.add(listener);
    }

    /**
     * Calls all listeners. An exception of a listener is logged, so that it does not stop the writes; an Error breaks
     * the store.
     */
    void tell(ChangeSet changes) {
        for (Consumer<ChangeSet> listener : listeners) {
            try {
                listener.accept(changes);
            } catch (RuntimeException e) {
                LOG.error("A listener failed; it has missed change {}", changes.index(), e);
            } catch (Error e) {
                health.fail(
                        StoreHealth.Recovery.RESTART, "a listener has missed change %d".formatted(changes.index()), e);
            }
        }
    }
}
