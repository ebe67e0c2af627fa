package dev.gantry.store;

import com.google.common.hash.BloomFilter;
import com.google.common.hash.Funnels;

/**
 * A Bloom filter of keys. It tells for most keys that no row has them without a query: nearly every job id and request
 * id that arrives is new. Keys of deleted rows stay in the filter, so that it leads to a few more queries in vain with
 * each deletion.
 *
 * <p>Owned by the store's writer thread once that runs.
 */
final class KeyFilter {

    // The share of wrong answers with as many keys as the filter is made for.
    private static final double WRONG = 0.001;

    private final BloomFilter<CharSequence> keys;

    /**
     * Makes an empty filter.
     *
     * @param most how many keys it is made for; with more keys, it answers "may exist" more and more often
     */
    KeyFilter(int most) {
        keys = BloomFilter.create(Funnels.unencodedCharsFunnel(), most, WRONG);
    }

    /** Adds the key of a row that is about to be written. */
    void put(String key) {
        keys.put(key);
    }

    /** Returns false if no row has the key; true if a row may have it. */
    boolean mayFind(String key) {
        return keys.mightContain(key);
    }
}
