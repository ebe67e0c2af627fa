package dev.gantry.store;

import com.google.common.hash.BloomFilter;
import com.google.common.hash.Funnels;

/**
 * Tells of most keys that no row has them without asking the database: nearly every job and every request id that comes in
 * is a new one. It forgets nothing, so that it is asked in vain a little more often with each key that goes.
 *
 * <p>Owned by the store's writer thread once that runs.
 */
final class KeyFilter {

    /** Beyond, it takes more and more keys for known; 7 MiB. */
    private static final int KEYS = 4_000_000;

    private static final double WRONG = 0.001;

    private final BloomFilter<CharSequence> keys = BloomFilter.create(Funnels.unencodedCharsFunnel(), KEYS, WRONG);

    /** A row is about to get this key. */
    void put(String key) {
        keys.put(key);
    }

    /** False: no row has it. True: one may have it. */
    boolean mayFind(String key) {
        return keys.mightContain(key);
    }
}
