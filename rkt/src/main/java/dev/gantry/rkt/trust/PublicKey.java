package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bouncycastle.bcpg.KeyIdentifier;
import org.bouncycastle.openpgp.api.OpenPGPCertificate;
import org.bouncycastle.openpgp.api.OpenPGPKeyReader;
import org.bouncycastle.openpgp.api.bc.BcOpenPGPImplementation;

/** An OpenPGP key as publishers hand it out: a primary key with its names and subkeys. */
final class PublicKey {

    /** The largest size of a key file. Real keys are smaller, even with a thousand signatures. */
    static final int MAX_BYTES = 1 << 20;

    private final byte[] text;
    private final OpenPGPCertificate certificate;

    private PublicKey(byte[] text, OpenPGPCertificate certificate) {
        this.text = text;
        this.certificate = certificate;
    }

    /**
     * Reads a key.
     *
     * @param text the file
     * @param source the name of the source in messages
     * @return the key
     * @throws RktException if the text is not exactly one public key. From several keys, rkt would show all and trust
     *     only the first
     */
    static PublicKey parse(byte[] text, String source) throws RktException {
        try {
            List<OpenPGPCertificate> keys = new OpenPGPKeyReader(new BcOpenPGPImplementation()).parseCertificates(text);
            if (keys.size() != 1) {
                throw new RktException(
                        "\"%s\" holds %d public keys: a file of one key is needed".formatted(source, keys.size()));
            }
            return new PublicKey(text.clone(), keys.get(0));
        } catch (IOException | RuntimeException e) {
            throw new RktException("\"%s\" is no OpenPGP public key: %s".formatted(source, e.getMessage()), e);
        }
    }

    /**
     * Returns the content of the key file, armored or not.
     *
     * @return a copy
     */
    byte[] text() {
        return text.clone();
    }

    /**
     * Returns the key.
     *
     * @return the content of the file, not checked yet
     */
    OpenPGPCertificate certificate() {
        return certificate;
    }

    /**
     * Returns the fingerprint of the primary key.
     *
     * @return hex digits in lower case, as rkt names files of keys
     */
    String fingerprint() {
        return HexFormat.of().formatHex(certificate.getFingerprint());
    }

    /**
     * Describes the key for a review, in rkt's form.
     *
     * @return lines
     */
    List<String> description() {
        List<String> lines = new ArrayList<>();
        lines.add("gpg key fingerprint is: " + grouped(fingerprint()));
        for (Map.Entry<KeyIdentifier, OpenPGPCertificate.OpenPGPSubkey> subkey :
                certificate.getSubkeys().entrySet()) {
            byte[] fingerprint = subkey.getValue().getPGPPublicKey().getFingerprint();
            lines.add("    Subkey fingerprint: " + grouped(HexFormat.of().formatHex(fingerprint)));
        }
        userIds().forEach(name -> lines.add("\t" + name));
        return lines;
    }

    /**
     * Returns the user ids in the key. They are unverified, so control characters are removed.
     *
     * @return the names
     */
    List<String> userIds() {
        return certificate.getAllUserIds().stream()
                .map(id -> id.getUserId().replaceAll("\\p{Cntrl}", "?"))
                .toList();
    }

    /** Writes a fingerprint as gpg prints it: in groups of four digits, with a wider gap in the middle. */
    private static String grouped(String fingerprint) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < fingerprint.length(); at += 4) {
            text.append(at == 0 ? "" : at == fingerprint.length() / 2 ? "  " : " ")
                    .append(fingerprint, at, Math.min(at + 4, fingerprint.length()));
        }
        return text.toString().toUpperCase(Locale.ROOT);
    }
}
