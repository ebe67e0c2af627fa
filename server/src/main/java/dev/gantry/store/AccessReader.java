package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ACL_POLICY;
import static dev.gantry.store.schema.Tables.ACL_TOKEN;

import com.google.protobuf.ByteString;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclToken;
import dev.gantry.v1.AclTokenType;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;

/** Queries about tokens and policies. There are few of both, so a list of all is bounded. */
public final class AccessReader {

    private final DSLContext dsl;

    AccessReader(DSLContext dsl) {
        this.dsl = dsl;
    }

    /**
     * Returns all policies.
     *
     * @return the policies, in no order
     */
    public List<AclPolicy> policies() {
        return dsl.select(ACL_POLICY.MESSAGE)
                .from(ACL_POLICY)
                .fetch(row -> Messages.parse(AclPolicy.parser(), row.value1()));
    }

    /**
     * Returns all tokens.
     *
     * @return the tokens, in no order; those that have ended too
     */
    public List<StoredToken> tokens() {
        return dsl.select(ACL_TOKEN.MESSAGE, ACL_TOKEN.SECRET_HASH)
                .from(ACL_TOKEN)
                .fetch(row -> stored(row.value1(), row.value2()));
    }

    /**
     * Finds a policy.
     *
     * @param name its name
     * @return the policy; empty if it is not stored
     */
    public Optional<AclPolicy> policy(String name) {
        return dsl.select(ACL_POLICY.MESSAGE)
                .from(ACL_POLICY)
                .where(ACL_POLICY.NAME.eq(name))
                .fetchOptional(row -> Messages.parse(AclPolicy.parser(), row.value1()));
    }

    /**
     * Finds a token.
     *
     * @param accessorId its accessor id
     * @return the token; empty if it is not stored
     */
    public Optional<StoredToken> token(String accessorId) {
        return dsl.select(ACL_TOKEN.MESSAGE, ACL_TOKEN.SECRET_HASH)
                .from(ACL_TOKEN)
                .where(ACL_TOKEN.ACCESSOR_ID.eq(accessorId))
                .fetchOptional(row -> stored(row.value1(), row.value2()));
    }

    /**
     * Counts the policies.
     *
     * @return how many are stored
     */
    public int countPolicies() {
        return dsl.fetchCount(ACL_POLICY);
    }

    /**
     * Counts the tokens.
     *
     * @return how many are stored, those that have ended included
     */
    public int countTokens() {
        return dsl.fetchCount(ACL_TOKEN);
    }

    /**
     * Tells whether a token that manages tokens and never ends is stored. One of them must stay: without such a token,
     * nobody can make tokens.
     *
     * @param otherThan the accessor id of a token that does not count; empty: all count
     * @return true if there is one
     */
    public boolean hasLastingManagementToken(String otherThan) {
        return tokens().stream()
                .map(StoredToken::token)
                .anyMatch(token -> token.getType() == AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT
                        && !token.hasExpirationTime()
                        && !token.getAccessorId().equals(otherThan));
    }

    private static StoredToken stored(byte[] message, byte[] secretHash) {
        return new StoredToken(Messages.parse(AclToken.parser(), message), ByteString.copyFrom(secretHash));
    }
}
