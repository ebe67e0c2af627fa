package dev.gantry.model;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The checksum of an artifact's file, as go-getter writes it: {@code TYPE:HEX}, or the digits alone, whose number tells the
 * type.
 *
 * @param type md5, sha1, sha256 or sha512
 * @param hex the digits, in small letters, as many as the type has
 */
public record ArtifactChecksum(String type, String hex) {

    private static final Pattern FORM = Pattern.compile("(?:(md5|sha1|sha256|sha512):)?([0-9a-f]+)");

    /**
     * Reads a checksum.
     *
     * @param text the text of the job
     * @return the checksum; empty if the text is none
     */
    public static Optional<ArtifactChecksum> parse(String text) {
        Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            return Optional.empty();
        }
        String type = switch (form.group(2).length()) {
            case 32 -> "md5";
            case 40 -> "sha1";
            case 64 -> "sha256";
            case 128 -> "sha512";
            default -> "";
        };
        boolean fits =
                !type.isEmpty() && (form.group(1) == null || form.group(1).equals(type));
        return fits ? Optional.of(new ArtifactChecksum(type, form.group(2))) : Optional.empty();
    }

    /** Begins to compute a checksum of this type. */
    public MessageDigest digest() {
        try {
            return MessageDigest.getInstance(type.equals("md5") ? "MD5" : type.replace("sha", "SHA-"));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has " + type, e);
        }
    }

    /**
     * Compares.
     *
     * @param found the end of a {@link #digest} of a file
     * @return true if the file has this checksum
     */
    public boolean matches(byte[] found) {
        return MessageDigest.isEqual(HexFormat.of().parseHex(hex), found);
    }

    /** Returns {@code TYPE:HEX}. */
    @Override
    public String toString() {
        return type + ":" + hex;
    }
}
