package dev.gantry.api;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts page tokens that name an object which the client may not see: a page can end at one when most objects are
 * left out. The key lives as long as the process, so that such a token is invalid after a restart of the server.
 */
final class SealedTokens {

    /** Begins sealed tokens. No other token has this character. */
    private static final String MARK = "~";

    private static final String CIPHER = "AES/GCM/NoPadding";
    private static final int KEY_BITS = 256;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    /** Sealed tokens have a multiple of this many bytes, so that their length does not tell that of a name. */
    private static final int BLOCK = 512;

    private final SecretKey key;
    private final SecureRandom random = new SecureRandom();

    private SealedTokens(SecretKey key) {
        this.key = key;
    }

    static SealedTokens withNewKey() {
        try {
            KeyGenerator generator = KeyGenerator.getInstance("AES");
            generator.init(KEY_BITS);
            return new SealedTokens(generator.generateKey());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has AES", e);
        }
    }

    String seal(String token) {
        byte[] plain = token.getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(plain, (plain.length / BLOCK + 1) * BLOCK);
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] hidden = cipher(Cipher.ENCRYPT_MODE, nonce).doFinal(padded);
            byte[] sealed = Arrays.copyOf(nonce, NONCE_BYTES + hidden.length);
            System.arraycopy(hidden, 0, sealed, NONCE_BYTES, hidden.length);
            return MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Could not seal a page token", e);
        }
    }

    /**
     * Returns the token that was sealed; one that is not sealed as it is.
     *
     * @throws InvalidRequestException if this object has not sealed it
     */
    String open(String token) {
        if (!token.startsWith(MARK)) {
            return token;
        }
        try {
            byte[] sealed = Base64.getUrlDecoder().decode(token.substring(MARK.length()));
            if (sealed.length < NONCE_BYTES + TAG_BITS / Byte.SIZE) {
                // Java's ciphers fail by exceptions of several kinds if the tag is not whole.
                throw invalid();
            }
            byte[] padded =
                    cipher(Cipher.DECRYPT_MODE, sealed).doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
            // The padding is zero bytes, and a token is base64.
            return new String(padded, StandardCharsets.UTF_8).replace("\0", "");
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw invalid();
        }
    }

    private static InvalidRequestException invalid() {
        return new InvalidRequestException(
                "page_token", "is no next_page_token of this list, or of before the server's restart: begin anew");
    }

    private Cipher cipher(int mode, byte[] nonce) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(CIPHER);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce, 0, NONCE_BYTES));
        return cipher;
    }
}
