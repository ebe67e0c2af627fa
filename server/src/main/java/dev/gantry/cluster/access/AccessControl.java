package dev.gantry.cluster.access;

import dev.gantry.access.Authenticator;
import dev.gantry.access.Caller;
import dev.gantry.access.Grants;
import dev.gantry.access.Secrets;
import dev.gantry.store.AccessReader;
import dev.gantry.store.ChangeSet;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclToken;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * Knows all tokens and policies, in memory, and finds the holder of a secret.
 *
 * <p>The store's changes replace one immutable snapshot. They come on one thread of the store, before the writer of the
 * change is answered: what an answer confirms is in force.
 */
public final class AccessControl implements Authenticator {

    /** No secret is as long: it is refused without being hashed. */
    private static final int LONGEST_SECRET = 256;

    private final InstantSource clock;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile AccessSnapshot snapshot;

    /**
     * Loads all tokens and policies. Call it before the first write, and then pass all changes to {@link #publish}.
     *
     * @param reader reads the store
     * @param toGrants computes what a list of policies allows
     * @param clock tells which tokens have ended
     */
    public AccessControl(AccessReader reader, Function<List<AclPolicy>, Grants> toGrants, InstantSource clock) {
        this.clock = clock;
        this.snapshot = new AccessSnapshot(reader.policies(), reader.tokens(), toGrants);
    }

    /**
     * Takes in the changes of a write, then calls the listeners. Never blocks.
     *
     * @param changes the changes of a write
     */
    public void publish(ChangeSet changes) {
        if (!changes.access().isEmpty()) {
            snapshot = snapshot.after(changes.access());
            listeners.forEach(Runnable::run);
        }
    }

    /**
     * Registers a listener for changes of tokens and policies.
     *
     * @param listener called once a change is in force; it must neither block nor throw
     */
    public void listen(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public Optional<Caller> authenticate(String secret) {
        if (secret.length() > LONGEST_SECRET) {
            return Optional.empty();
        }
        AccessSnapshot now = snapshot;
        return now.withSecret(Secrets.hash(secret)).flatMap(token -> holder(now, token));
    }

    @Override
    public Optional<Caller> present(Caller caller) {
        if (!(caller instanceof Caller.Holder holder)) {
            return Optional.of(caller);
        }
        AccessSnapshot now = snapshot;
        return now.token(holder.token().getAccessorId()).flatMap(token -> holder(now, token));
    }

    /**
     * Finds a token. It may have ended.
     *
     * @param accessorId its accessor id
     * @return the token; empty if there is none
     */
    public Optional<AclToken> token(String accessorId) {
        return snapshot.token(accessorId);
    }

    /**
     * Returns some tokens, in the order of their accessor ids.
     *
     * @param after only accessor ids after this one
     * @param limit the most tokens to return
     * @return the tokens
     */
    public List<AclToken> tokens(String after, int limit) {
        return snapshot.tokensAfter(after, limit);
    }

    /**
     * Returns some tokens whose accessor ids begin with a text.
     *
     * @param prefix the text
     * @param limit the most tokens to return
     * @return the tokens; they may have ended
     */
    public List<AclToken> tokensLike(String prefix, int limit) {
        return snapshot.tokensLike(prefix, limit);
    }

    /**
     * Finds a policy.
     *
     * @param name its name
     * @return the policy; empty if there is none
     */
    public Optional<AclPolicy> policy(String name) {
        return snapshot.policy(name);
    }

    /**
     * Returns some policies, in the order of their names.
     *
     * @param after only names after this one
     * @param limit the most policies to return
     * @return the policies
     */
    public List<AclPolicy> policies(String after, int limit) {
        return snapshot.policiesAfter(after, limit);
    }

    private Optional<Caller> holder(AccessSnapshot now, AclToken token) {
        return TokenEnd.hasEnded(token, clock.instant())
                ? Optional.empty()
                : Optional.of(new Caller.Holder(token, now.grants(token)));
    }
}
