package dev.gantry.rkt.metadata;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs content for pods with a key that no pod knows. A signature proves which pod requested it. */
final class PodSigner {

    private static final String ALGORITHM = "HmacSHA512";
    private static final int KEY_BYTES = 64;

    private final SecretKeySpec key;

    /**
     * Makes a signer with a new key.
     *
     * @param random where the key comes from
     */
    PodSigner(SecureRandom random) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        this.key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /** Returns the signature of a pod for a content, in Base64. */
    String sign(String uuid, String content) {
        return Base64.getEncoder().encodeToString(digest(uuid, content));
    }

    /** Returns true if this signer made the signature for this pod and content. */
    boolean isSignature(String uuid, String content, String signature) {
        try {
            return MessageDigest.isEqual(Base64.getDecoder().decode(signature), digest(uuid, content));
        } catch (IllegalArgumentException e) {
            // The signature is not valid Base64.
            return false;
        }
    }

    /** Returns the UUID and the content. A UUID has a fixed length, so no other pair has the same bytes. */
    private byte[] digest(String uuid, String content) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(uuid.getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(content.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
