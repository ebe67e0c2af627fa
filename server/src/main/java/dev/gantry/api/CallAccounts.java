package dev.gantry.api;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The accounts of the callers that have called last. Their number is bounded, whatever callers do. Thread-safe.
 *
 * @param <K> the type of what identifies callers
 */
final class CallAccounts<K> {

    private final String options;
    private final CallLimits.Limit limit;
    private final int most;
    private final LongSupplier nanoTime;

    // Guarded by this. The account that was used longest ago comes first.
    private final Map<K, CallAccount> accounts = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * Makes a table without accounts.
     *
     * @param options the beginning of the names of the options that set the limits
     * @param limit the limits of each account
     * @param most the most accounts
     * @param nanoTime a monotonic clock, as {@link System#nanoTime}
     */
    CallAccounts(String options, CallLimits.Limit limit, int most, LongSupplier nanoTime) {
        this.options = options;
        this.limit = limit;
        this.most = most;
        this.nanoTime = nanoTime;
    }

    /**
     * Returns the account of callers.
     *
     * @param key identifies them
     * @param who names them in messages
     * @return the account; empty if they have no limits, or if all accounts have open streams
     */
    synchronized Optional<CallAccount> of(K key, String who) {
        if (limit.equals(CallLimits.Limit.NONE)) {
            return Optional.empty();
        }
        CallAccount known = accounts.get(key);
        if (known != null) {
            return Optional.of(known);
        }
        if (accounts.size() >= most && !forgetOne()) {
            return Optional.empty();
        }
        CallAccount made = new CallAccount(options, who, limit, nanoTime);
        accounts.put(key, made);
        return Optional.of(made);
    }

    /** Returns the number of accounts. */
    synchronized int size() {
        return accounts.size();
    }

    private boolean forgetOne() {
        Iterator<CallAccount> oldest = accounts.values().iterator();
        while (oldest.hasNext()) {
            if (!oldest.next().isInUse()) {
                oldest.remove();
                return true;
            }
        }
        return false;
    }
}
