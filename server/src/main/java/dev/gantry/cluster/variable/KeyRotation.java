package dev.gantry.cluster.variable;

import dev.gantry.cluster.RefusedException;
import dev.gantry.store.Store;
import dev.gantry.store.StoredVariable;
import dev.gantry.store.StoredVariable.Sealed;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encrypts variables again whose key is not the primary one, and then deletes the keys that encrypt nothing any more. The
 * database and the keyring hold all that it needs, so a server that was killed goes on after its next start.
 */
public final class KeyRotation {

    private static final Logger LOG = LoggerFactory.getLogger(KeyRotation.class);

    /** The variables of one write: each has 64 KiB at most, and other writes wait. */
    private static final int BATCH = 16;

    private final Store store;
    private final Keyring keyring;

    /** How many variables this run could not encrypt again. */
    private int failures;

    /** Why the first of them could not. */
    private String firstFailure = "";

    /** Why keys can't be deleted, as the log was last told; empty if they can. */
    private String toldRefusal = "";

    /** How many variables the log was last told of. */
    private int told;

    /**
     * Creates a rotation.
     *
     * @param store the store
     * @param keyring the keys
     */
    public KeyRotation(Store store, Keyring keyring) {
        this.store = store;
        this.keyring = keyring;
    }

    private record Resealed(StoredVariable before, Sealed after) {}

    /** Encrypts all variables again that need it. Called every few seconds by one thread, which it may block. */
    public void run() {
        if (keyring.ids().size() < 2) {
            return;
        }
        long primary = keyring.primaryId();
        failures = 0;
        String last = "";
        List<String> paths;
        do {
            paths = store.reader().variables().pathsOfOtherKeys(primary, last, BATCH);
            reseal(paths);
            last = paths.isEmpty() ? last : paths.get(paths.size() - 1);
        } while (paths.size() == BATCH);
        // In a write: it comes after all writes that have encrypted with an older key, and its answer is on disk.
        Set<Long> used = store.write(transaction ->
                        Set.copyOf(transaction.reader().variables().countByKey().keySet()))
                .join();
        deleteUnused(primary, used);
        if (failures != told && failures > 0) {
            LOG.warn(
                    "{} variables can't be encrypted again, so their key stays in use. The first: {}",
                    failures,
                    firstFailure);
        }
        told = failures;
    }

    private void deleteUnused(long primary, Set<Long> used) {
        String refusal = "";
        try {
            keyring.deleteUnused(primary, used);
        } catch (RefusedException e) {
            refusal = e.getMessage();
            if (!refusal.equals(toldRefusal)) {
                LOG.warn("Keys that encrypt nothing any more are not deleted: {}", refusal);
            }
        }
        toldRefusal = refusal;
    }

    private void reseal(List<String> paths) {
        List<Resealed> batch = new ArrayList<>();
        for (String path : paths) {
            store.reader().variables().find(path).ifPresent(before -> {
                try {
                    batch.add(new Resealed(before, keyring.reseal(path, before.sealed())));
                } catch (RefusedException e) {
                    firstFailure = failures == 0 ? e.getMessage() : firstFailure;
                    failures++;
                }
            });
        }
        if (!batch.isEmpty()) {
            store.write(transaction -> {
                        batch.forEach(one -> transaction.variables().reseal(one.before(), one.after()));
                        return null;
                    })
                    .join();
        }
    }
}
