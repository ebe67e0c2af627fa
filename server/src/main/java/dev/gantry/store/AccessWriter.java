package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ACL_POLICY;
import static dev.gantry.store.schema.Tables.ACL_TOKEN;

import com.google.protobuf.ByteString;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclToken;
import java.util.Collection;
import org.jooq.DSLContext;

/** Writes tokens and policies within a transaction. Sets their indexes. */
public final class AccessWriter {

    private final DSLContext dsl;
    private final long index;
    private final AccessChanges.Recorder changed;
    private final AccessReader reader;

    AccessWriter(DSLContext dsl, long index, AccessChanges.Recorder changed) {
        this.dsl = dsl;
        this.index = index;
        this.changed = changed;
        this.reader = new AccessReader(dsl);
    }

    /**
     * Returns queries that see the writes of this transaction.
     *
     * @return the queries
     */
    public AccessReader reader() {
        return reader;
    }

    /**
     * Stores a policy, in place of the one with its name if there is one.
     *
     * @param policy the policy; its create_index is 0 if it is not stored yet
     * @return the policy as stored
     */
    public AclPolicy putPolicy(AclPolicy policy) {
        boolean isNew = policy.getCreateIndex() == 0;
        AclPolicy stored = policy.toBuilder()
                .setCreateIndex(isNew ? index : policy.getCreateIndex())
                .setModifyIndex(index)
                .build();
        if (isNew) {
            dsl.insertInto(ACL_POLICY)
                    .set(ACL_POLICY.NAME, stored.getName())
                    .set(ACL_POLICY.MESSAGE, stored.toByteArray())
                    .execute();
        } else {
            dsl.update(ACL_POLICY)
                    .set(ACL_POLICY.MESSAGE, stored.toByteArray())
                    .where(ACL_POLICY.NAME.eq(stored.getName()))
                    .execute();
        }
        changed.policies.add(stored);
        return stored;
    }

    /**
     * Deletes a policy.
     *
     * @param name its name
     */
    public void removePolicy(String name) {
        dsl.deleteFrom(ACL_POLICY).where(ACL_POLICY.NAME.eq(name)).execute();
        changed.removedPolicies.add(name);
    }

    /**
     * Stores a new token.
     *
     * @param token the token
     * @param secretHash the SHA-256 of its secret
     * @return the token as stored
     */
    public AclToken insertToken(AclToken token, ByteString secretHash) {
        AclToken stored =
                token.toBuilder().setCreateIndex(index).setModifyIndex(index).build();
        dsl.insertInto(ACL_TOKEN)
                .set(ACL_TOKEN.ACCESSOR_ID, stored.getAccessorId())
                .set(ACL_TOKEN.SECRET_HASH, secretHash.toByteArray())
                .set(ACL_TOKEN.MESSAGE, stored.toByteArray())
                .execute();
        changed.tokens.add(new StoredToken(stored, secretHash));
        return stored;
    }

    /**
     * Stores a changed token. Its secret stays.
     *
     * @param token the token, with the hash of its secret
     * @return the token as stored
     */
    public AclToken updateToken(StoredToken token) {
        AclToken stored = token.token().toBuilder().setModifyIndex(index).build();
        dsl.update(ACL_TOKEN)
                .set(ACL_TOKEN.MESSAGE, stored.toByteArray())
                .where(ACL_TOKEN.ACCESSOR_ID.eq(stored.getAccessorId()))
                .execute();
        changed.tokens.add(new StoredToken(stored, token.secretHash()));
        return stored;
    }

    /**
     * Deletes tokens.
     *
     * @param accessorIds their accessor ids
     */
    public void removeTokens(Collection<String> accessorIds) {
        dsl.deleteFrom(ACL_TOKEN).where(ACL_TOKEN.ACCESSOR_ID.in(accessorIds)).execute();
        changed.removedTokens.addAll(accessorIds);
    }
}
