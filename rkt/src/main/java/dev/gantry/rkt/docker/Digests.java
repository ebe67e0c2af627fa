package dev.gantry.rkt.docker;

import dev.gantry.rkt.RktException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests in docker registries: {@code ALGORITHM:HEX}. */
final class Digests {

    private Digests() {}

    static String sha256(byte[] bytes) {
        return "sha256:" + HexFormat.of().formatHex(algorithm("SHA-256").digest(bytes));
    }

    /** Fails unless the bytes have the digest. */
    static void require(String digest, byte[] bytes, String what) throws RktException {
        Check check = check(digest);
        check.update(bytes, bytes.length);
        check.require(what);
    }

    /** Starts a comparison of content that arrives in pieces. */
    static Check check(String digest) throws RktException {
        if (digest.startsWith("sha256:")) {
            return new Check(digest, algorithm("SHA-256"));
        }
        if (digest.startsWith("sha512:")) {
            return new Check(digest, algorithm("SHA-512"));
        }
        throw new RktException("unsupported digest \"%s\": only sha256 and sha512 are known".formatted(digest));
    }

    /** A running comparison. */
    static final class Check {

        private final String expected;
        private final MessageDigest digest;

        private Check(String expected, MessageDigest digest) {
            this.expected = expected;
            this.digest = digest;
        }

        void update(byte[] bytes, int length) {
            digest.update(bytes, 0, length);
        }

        void require(String what) throws RktException {
            String algorithm = expected.substring(0, expected.indexOf(':') + 1);
            String actual = algorithm + HexFormat.of().formatHex(digest.digest());
            if (!actual.equals(expected)) {
                throw new RktException(
                        "%s is damaged or was changed: its digest is %s, not %s".formatted(what, actual, expected));
            }
        }
    }

    private static MessageDigest algorithm(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + name, e);
        }
    }
}
