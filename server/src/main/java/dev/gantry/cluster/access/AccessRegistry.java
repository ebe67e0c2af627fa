package dev.gantry.cluster.access;

import dev.gantry.access.Secrets;
import dev.gantry.cluster.InvalidFieldException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.model.FieldPath;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.AccessReader;
import dev.gantry.store.AccessWriter;
import dev.gantry.store.Store;
import dev.gantry.store.StoredToken;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclToken;
import dev.gantry.v1.AclTokenType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** Stores tokens and policies. Each call is one transaction. */
public final class AccessRegistry {

    /** The most tokens and policies: all of them are in memory, and each change copies their maps. */
    private static final int MOST_TOKENS = 10_000;

    private static final int MOST_POLICIES = 1_000;

    private final Store store;
    private final InstantSource clock;
    private final RandomGenerator random;

    /**
     * Creates a registry.
     *
     * @param store the store with the tokens and policies
     * @param clock tells when tokens are made
     * @param random makes secrets, so nobody may be able to predict it; used by several threads at a time
     */
    public AccessRegistry(Store store, InstantSource clock, RandomGenerator random) {
        this.store = store;
        this.clock = clock;
        this.random = random;
    }

    /**
     * A token that was made.
     *
     * @param token the token
     * @param secret its secret, which nobody can read later
     */
    public record NewToken(AclToken token, String secret) {

        /** Leaves out the secret. */
        @Override
        public String toString() {
            return "NewToken[" + token.getAccessorId() + "]";
        }
    }

    /**
     * What a caller decides about a token.
     *
     * @param name for people
     * @param type what it is for
     * @param policies the names of its policies, for a client token
     * @param timeToLive how long it lives; empty: for ever
     */
    public record TokenOptions(String name, AclTokenType type, List<String> policies, Optional<Duration> timeToLive) {

        /** Copies the list. */
        public TokenOptions {
            policies = List.copyOf(policies);
        }
    }

    /**
     * Stores a policy, in place of the one with its name if there is one.
     *
     * @param policy a valid policy; its indexes are ignored
     * @return completed with the stored policy once it is on disk; fails with {@link RefusedException} if there are too
     *     many
     */
    public CompletableFuture<AclPolicy> apply(AclPolicy policy) {
        return store.writeOfClient(transaction -> {
            AccessWriter access = transaction.access();
            Optional<AclPolicy> before = access.reader().policy(policy.getName());
            if (before.isEmpty() && access.reader().countPolicies() >= MOST_POLICIES) {
                throw new RefusedException(
                        "There are %d policies, and no more may be: delete some".formatted(MOST_POLICIES));
            }
            AclPolicy wanted = policy.toBuilder()
                    .setCreateIndex(before.map(AclPolicy::getCreateIndex).orElse(0L))
                    .setModifyIndex(before.map(AclPolicy::getModifyIndex).orElse(0L))
                    .build();
            return before.filter(wanted::equals).orElseGet(() -> access.putPolicy(wanted));
        });
    }

    /**
     * Deletes a policy.
     *
     * @param name its name
     * @return completed once it is deleted on disk; fails with {@link UnknownObjectException}
     */
    public CompletableFuture<Void> deletePolicy(String name) {
        return store.writeOfClient(transaction -> {
            AccessWriter access = transaction.access();
            if (access.reader().policy(name).isEmpty()) {
                throw new UnknownObjectException("policy", name);
            }
            access.removePolicy(name);
            return null;
        });
    }

    /**
     * Makes a token. Deletes tokens that have ended.
     *
     * @param options valid options
     * @return completed with the token once it is on disk; fails with {@link InvalidFieldException} if a policy does
     *     not exist, or with {@link RefusedException} if there are too many tokens
     */
    public CompletableFuture<NewToken> create(TokenOptions options) {
        return create(options, Secrets.make(random));
    }

    /**
     * Makes a token with a secret that the caller has made and kept.
     *
     * @param options valid options
     * @param secret the secret, made by {@link Secrets#make}
     * @return as {@link #create(TokenOptions)}
     */
    CompletableFuture<NewToken> create(TokenOptions options, String secret) {
        Instant now = clock.instant();
        AclToken.Builder token = AclToken.newBuilder()
                .setAccessorId(accessorId())
                .setName(options.name())
                .setType(options.type())
                .addAllPolicies(options.policies())
                .setCreateTime(ProtoTimes.toTimestampMillis(now));
        options.timeToLive().ifPresent(life -> token.setExpirationTime(ProtoTimes.toTimestampMillis(now.plus(life))));
        return store.writeOfClient(transaction -> {
            AccessWriter access = transaction.access();
            requirePolicies(access.reader(), options.policies());
            access.removeTokens(ended(access.reader(), now));
            if (access.reader().countTokens() >= MOST_TOKENS) {
                throw new RefusedException(
                        "There are %d tokens, and no more may be: delete some".formatted(MOST_TOKENS));
            }
            return new NewToken(access.insertToken(token.build(), Secrets.hash(secret)), secret);
        });
    }

    /**
     * Replaces the name and the policies of a token.
     *
     * @param accessorId its accessor id
     * @param name the new name
     * @param policies the names of its new policies
     * @return completed with the token once it is on disk; fails with {@link UnknownObjectException}, or with {@link
     *     InvalidFieldException} if a policy does not exist, or if the policies do not suit the type of the token
     */
    public CompletableFuture<AclToken> update(String accessorId, String name, List<String> policies) {
        return store.writeOfClient(transaction -> {
            AccessWriter access = transaction.access();
            StoredToken stored = find(access.reader(), accessorId);
            requireSuited(stored.token().getType(), policies);
            requirePolicies(access.reader(), policies);
            AclToken wanted = stored.token().toBuilder()
                    .setName(name)
                    .clearPolicies()
                    .addAllPolicies(policies)
                    .build();
            return wanted.equals(stored.token())
                    ? wanted
                    : access.updateToken(new StoredToken(wanted, stored.secretHash()));
        });
    }

    /**
     * Deletes a token.
     *
     * @param accessorId its accessor id
     * @return completed once it is deleted on disk; fails with {@link UnknownObjectException}, or with {@link
     *     RefusedException} if no other management token stays that does not end
     */
    public CompletableFuture<Void> delete(String accessorId) {
        return store.writeOfClient(transaction -> {
            AccessWriter access = transaction.access();
            AclToken token = find(access.reader(), accessorId).token();
            boolean isLasting = token.getType() == AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT && !token.hasExpirationTime();
            if (isLasting && !access.reader().hasLastingManagementToken(accessorId)) {
                throw new RefusedException(
                        "Token %s is the last management token that does not end; make another one first"
                                .formatted(accessorId));
            }
            access.removeTokens(List.of(accessorId));
            return null;
        });
    }

    /**
     * Checks that a token of a type has the policies that it needs.
     *
     * @param type the type
     * @param policies the names of the policies
     * @throws InvalidFieldException if a client token has none, or another token has one
     */
    public static void requireSuited(AclTokenType type, List<String> policies) {
        boolean isClient = type == AclTokenType.ACL_TOKEN_TYPE_CLIENT;
        if (isClient && policies.isEmpty()) {
            throw new InvalidFieldException(
                    "policies", "is empty: a client token needs a policy, or it allows nothing");
        }
        if (!isClient && !policies.isEmpty()) {
            throw new InvalidFieldException("policies", "is not empty: only a client token has policies");
        }
    }

    private static void requirePolicies(AccessReader reader, List<String> names) {
        for (int i = 0; i < names.size(); i++) {
            if (reader.policy(names.get(i)).isEmpty()) {
                throw new InvalidFieldException(
                        FieldPath.element("policies", i),
                        "there is no policy \"%s\": apply it first".formatted(names.get(i)));
            }
        }
    }

    private static List<String> ended(AccessReader reader, Instant now) {
        return reader.tokens().stream()
                .map(StoredToken::token)
                .filter(token -> TokenEnd.hasEnded(token, now))
                .map(AclToken::getAccessorId)
                .toList();
    }

    private static StoredToken find(AccessReader reader, String accessorId) {
        return reader.token(accessorId).orElseThrow(() -> new UnknownObjectException("token", accessorId));
    }

    /** Makes a UUID of version 4 (RFC 9562). */
    private String accessorId() {
        long high = (random.nextLong() & ~0xF000L) | 0x4000L;
        long low = (random.nextLong() & ~0xC000_0000_0000_0000L) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }
}
