package dev.gantry.rkt.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.api.OpenPGPKey;
import org.bouncycastle.openpgp.api.SignatureParameters;
import org.bouncycastle.openpgp.api.bc.BcOpenPGPApi;
import org.bouncycastle.openpgp.operator.PGPKeyPairGenerator;

/** A publisher of images, with a key made for a test. */
public final class Signer {

    private static final int V4 = 4;

    /** A digest that other implementations have too. */
    private static final SignatureParameters.Callback PARAMETERS = new SignatureParameters.Callback() {
        @Override
        public SignatureParameters apply(SignatureParameters parameters) {
            return parameters.setSignatureHashAlgorithm(HashAlgorithmTags.SHA512);
        }
    };

    private final OpenPGPKey key;

    private Signer(OpenPGPKey key) {
        this.key = key;
    }

    /** A publisher whose key was made yesterday and has no end. */
    public static Signer named(String name) {
        return named(name, Duration.ZERO);
    }

    /** A publisher whose key was made yesterday and lives for so long; zero is for ever. */
    public static Signer named(String name, Duration lifetime) {
        try {
            Date yesterday = Date.from(Instant.now().minus(Duration.ofDays(1)));
            SignatureParameters.Callback limits =
                    SignatureParameters.Callback.Util.modifyHashedSubpackets(subpackets -> {
                        if (!lifetime.isZero()) {
                            subpackets.removePacketsOfType(SignatureSubpacketTags.KEY_EXPIRE_TIME);
                            subpackets.setKeyExpirationTime(true, lifetime.toSeconds());
                        }
                        return subpackets;
                    });
            return new Signer(new BcOpenPGPApi()
                    .generateKey(V4, yesterday)
                    .withPrimaryKey(PGPKeyPairGenerator::generateLegacyEd25519KeyPair, limits)
                    .addUserId(name, limits)
                    .addSigningSubkey(PGPKeyPairGenerator::generateLegacyEd25519KeyPair)
                    .build());
        } catch (PGPException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The same publisher after the loss of the key. */
    public Signer revoked() {
        try {
            return new Signer(new BcOpenPGPApi().editKey(key).revokeKey().done());
        } catch (PGPException e) {
            throw new IllegalStateException(e);
        }
    }

    public String fingerprint() {
        return HexFormat.of().formatHex(key.getFingerprint());
    }

    public Path writePublicKey(Path file) throws IOException {
        return Files.writeString(file, publicKey());
    }

    public String publicKey() throws IOException {
        return key.toCertificate().toAsciiArmoredString();
    }

    /** Signs a file as {@code gpg --armor --detach-sign} does. */
    public Path sign(Path file) throws IOException {
        return sign(file, Path.of(file + ".asc"));
    }

    public Path sign(Path file, Path signature) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Files.writeString(
                    signature,
                    new BcOpenPGPApi()
                            .createDetachedSignature()
                            .addSigningKey(key, PARAMETERS)
                            .sign(in)
                            .get(0)
                            .toAsciiArmoredString());
        } catch (PGPException e) {
            throw new IllegalStateException(e);
        }
    }
}
