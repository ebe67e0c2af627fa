package dev.gantry.cluster.access;

import com.google.protobuf.ByteString;
import dev.gantry.access.Grants;
import dev.gantry.store.AccessChanges;
import dev.gantry.store.StoredToken;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclToken;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/** All tokens and policies at one cluster index. Never changes; {@link #after} makes the next one. */
final class AccessSnapshot {

    private final NavigableMap<String, AclPolicy> policies;
    private final NavigableMap<String, StoredToken> tokens;
    private final Map<ByteString, AclToken> bySecret;
    private final Function<List<AclPolicy>, Grants> toGrants;

    /** The grants of each list of policy names that was asked for: at most one for each token. */
    private final ConcurrentMap<List<String>, Grants> grants = new ConcurrentHashMap<>();

    AccessSnapshot(
            Collection<AclPolicy> policies,
            Collection<StoredToken> tokens,
            Function<List<AclPolicy>, Grants> toGrants) {
        this.policies = new TreeMap<>();
        this.tokens = new TreeMap<>();
        this.bySecret = new HashMap<>();
        this.toGrants = toGrants;
        policies.forEach(policy -> this.policies.put(policy.getName(), policy));
        for (StoredToken token : tokens) {
            this.tokens.put(token.token().getAccessorId(), token);
            bySecret.put(token.secretHash(), token.token());
        }
    }

    /** Returns the snapshot that follows a write. */
    AccessSnapshot after(AccessChanges changes) {
        NavigableMap<String, AclPolicy> nextPolicies = new TreeMap<>(policies);
        changes.policies().forEach(policy -> nextPolicies.put(policy.getName(), policy));
        changes.removedPolicies().forEach(nextPolicies::remove);
        NavigableMap<String, StoredToken> nextTokens = new TreeMap<>(tokens);
        changes.tokens().forEach(token -> nextTokens.put(token.token().getAccessorId(), token));
        changes.removedTokens().forEach(nextTokens::remove);
        return new AccessSnapshot(nextPolicies.values(), nextTokens.values(), toGrants);
    }

    /** Finds the token with a secret. It may have ended. */
    Optional<AclToken> withSecret(ByteString hash) {
        return Optional.ofNullable(bySecret.get(hash));
    }

    /** Finds a token. It may have ended. */
    Optional<AclToken> token(String accessorId) {
        return Optional.ofNullable(tokens.get(accessorId)).map(StoredToken::token);
    }

    /** Returns some tokens whose accessor ids begin with a text. */
    List<AclToken> tokensLike(String prefix, int limit) {
        return tokens.tailMap(prefix, true).entrySet().stream()
                .takeWhile(token -> token.getKey().startsWith(prefix))
                .limit(limit)
                .map(token -> token.getValue().token())
                .toList();
    }

    Optional<AclPolicy> policy(String name) {
        return Optional.ofNullable(policies.get(name));
    }

    /** Returns some tokens, in the order of their accessor ids. */
    List<AclToken> tokensAfter(String accessorId, int limit) {
        return tokens.tailMap(accessorId, false).values().stream()
                .limit(limit)
                .map(StoredToken::token)
                .toList();
    }

    /** Returns some policies, in the order of their names. */
    List<AclPolicy> policiesAfter(String name, int limit) {
        return policies.tailMap(name, false).values().stream().limit(limit).toList();
    }

    /** Returns what a token allows. */
    Grants grants(AclToken token) {
        return switch (token.getType()) {
            case ACL_TOKEN_TYPE_MANAGEMENT -> Grants.ALL;
            case ACL_TOKEN_TYPE_CLIENT ->
                grants.computeIfAbsent(List.copyOf(token.getPoliciesList()), names -> toGrants.apply(existing(names)));
            case ACL_TOKEN_TYPE_JOIN, ACL_TOKEN_TYPE_UNSPECIFIED, UNRECOGNIZED -> Grants.NONE;
        };
    }

    private List<AclPolicy> existing(List<String> names) {
        return names.stream().map(policies::get).filter(Objects::nonNull).toList();
    }
}
