package dev.gantry.access;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Makes the secrets of tokens, and hashes secrets for the database. */
public final class Secrets {

    /** Lets people and scanners of leaked secrets know one when they see it. */
    private static final String PREFIX = "gantry_";

    private static final int BYTES = 32;

    /** Matches cut secrets too: what is left of one must not help to guess the rest. */
    private static final Pattern IN_TEXT = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{8,}");

    private Secrets() {}

    /**
     * Makes a secret.
     *
     * @param random a source that nobody can predict
     * @return {@code gantry_} and 256 random bits in base64url
     */
    public static String make(RandomGenerator random) {
        byte[] bits = new byte[BYTES];
        random.nextBytes(bits);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    /**
     * Returns the hash of a secret, which is what the database has of it.
     *
     * @param secret the secret
     * @return its SHA-256
     */
    public static ByteString hash(String secret) {
        try {
            return ByteString.copyFrom(
                    MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /**
     * Replaces what looks like a secret.
     *
     * @param text any text
     * @return the text with {@code gantry_…} in place of each secret
     */
    public static String redact(String text) {
        return IN_TEXT.matcher(text).replaceAll(PREFIX + "…");
    }

    /**
     * Compares a secret with a hash, in a time that does not depend on where they differ.
     *
     * @param secret a secret as a caller sent it
     * @param hash the SHA-256 of the right one
     * @return true if the secret is the right one
     */
    public static boolean matches(String secret, ByteString hash) {
        return MessageDigest.isEqual(hash(secret).toByteArray(), hash.toByteArray());
    }
}
