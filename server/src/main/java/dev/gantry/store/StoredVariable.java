package dev.gantry.store;

import com.google.protobuf.ByteString;
import java.time.Instant;

/**
 * A variable as it is stored.
 *
 * @param path its path
 * @param sealed its items, encrypted
 * @param createIndex the cluster index at which it was made
 * @param modifyIndex the cluster index at which it was last written
 * @param createTime when it was made
 * @param modifyTime when it was last written
 */
public record StoredVariable(
        String path, Sealed sealed, long createIndex, long modifyIndex, Instant createTime, Instant modifyTime) {

    /**
     * Encrypted items.
     *
     * @param keyId the id of the key, 0 or more
     * @param bytes the items, encrypted; empty in lists
     */
    public record Sealed(long keyId, ByteString bytes) {}
}
