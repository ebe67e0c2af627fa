package dev.gantry.store;

import com.google.protobuf.ByteString;
import dev.gantry.v1.AclToken;

/**
 * A token as it is stored.
 *
 * @param token the token
 * @param secretHash the SHA-256 of its secret
 */
public record StoredToken(AclToken token, ByteString secretHash) {}
