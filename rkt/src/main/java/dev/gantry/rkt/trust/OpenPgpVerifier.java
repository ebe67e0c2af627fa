package dev.gantry.rkt.trust;

import dev.gantry.rkt.RktException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPObjectFactory;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.api.OpenPGPCertificate.OpenPGPComponentKey;
import org.bouncycastle.openpgp.api.OpenPGPImplementation;
import org.bouncycastle.openpgp.api.OpenPGPPolicy;
import org.bouncycastle.openpgp.api.OpenPGPSignature.OpenPGPDocumentSignature;
import org.bouncycastle.openpgp.api.bc.BcOpenPGPImplementation;

/**
 * Verifies detached OpenPGP signatures with the keys that are trusted for an image's name. One valid signature is
 * enough. It counts if the key may sign, is not revoked and has not expired by now; SHA-1 and the like do not count
 * (the policy of the OpenPGP library).
 */
public final class OpenPgpVerifier implements ImageVerifier {

    private static final int MAX_SIGNATURE_BYTES = 1 << 20;
    private static final int BUFFER_BYTES = 1 << 16;

    private final TrustedKeys trustedKeys;
    private final InstantSource clock;
    private final Consumer<String> messages;

    /**
     * Makes a verifier.
     *
     * @param trustedKeys the keys that may sign
     * @param clock tells the time at which keys must be valid
     * @param messages receives messages for the user about who signed
     */
    public OpenPgpVerifier(TrustedKeys trustedKeys, InstantSource clock, Consumer<String> messages) {
        this.trustedKeys = trustedKeys;
        this.clock = clock;
        this.messages = messages;
    }

    @Override
    public void verify(Path aci, Path signature, String imageName) throws IOException, RktException {
        Collection<PublicKey> keys = trustedKeys.keysFor(imageName);
        OpenPGPImplementation openPgp = new BcOpenPGPImplementation();
        List<Candidate> candidates = candidates(openPgp, readSignatures(openPgp, signature), keys);
        if (candidates.isEmpty()) {
            throw new RktException(
                    ("image \"%s\" verification failed: openpgp: signature made by unknown entity (if its key is one"
                                    + " that you trust, run: rkt trust --prefix=%s)")
                            .formatted(imageName, imageName));
        }
        digest(aci, candidates);
        Instant now = clock.instant();
        List<String> faults = new ArrayList<>();
        for (Candidate candidate : candidates) {
            String fault = candidate.fault(now, openPgp.policy());
            if (fault.isEmpty()) {
                messages.accept("signature verified:\n  "
                        + String.join("\n  ", candidate.key().userIds()));
                return;
            }
            faults.add("%s: %s".formatted(candidate.key().fingerprint(), fault));
        }
        throw new RktException(
                "image \"%s\" verification failed: openpgp: %s".formatted(imageName, String.join("; ", faults)));
    }

    /** Reads the signatures of a file. For malformed packets, the parser throws exceptions of many types. */
    private static List<PGPSignature> readSignatures(OpenPGPImplementation openPgp, Path file)
            throws IOException, RktException {
        if (Files.size(file) > MAX_SIGNATURE_BYTES) {
            throw new RktException("signature \"%s\" has more than %d bytes".formatted(file, MAX_SIGNATURE_BYTES));
        }
        byte[] text = Files.readAllBytes(file);
        List<PGPSignature> signatures = new ArrayList<>();
        try {
            PGPObjectFactory objects =
                    openPgp.pgpObjectFactory(PGPUtil.getDecoderStream(new ByteArrayInputStream(text)));
            for (Object object = objects.nextObject(); object != null; object = objects.nextObject()) {
                if (object instanceof PGPSignatureList list) {
                    list.forEach(signatures::add);
                } else if (object instanceof PGPSignature signature) {
                    signatures.add(signature);
                }
            }
        } catch (IOException | RuntimeException e) {
            throw new RktException(noSignature(file), e);
        }
        signatures.removeIf(signature -> signature.getSignatureType() != PGPSignature.BINARY_DOCUMENT);
        if (signatures.isEmpty()) {
            throw new RktException(noSignature(file));
        }
        return signatures;
    }

    private static String noSignature(Path file) {
        return "keystore: no valid signatures found in signature file \"%s\"".formatted(file);
    }

    private static List<Candidate> candidates(
            OpenPGPImplementation openPgp, List<PGPSignature> signatures, Collection<PublicKey> keys)
            throws RktException {
        List<Candidate> candidates = new ArrayList<>();
        for (PGPSignature signature : signatures) {
            for (PublicKey key : keys) {
                OpenPGPComponentKey signer = key.certificate().getSigningKeyFor(signature);
                if (signer != null) {
                    candidates.add(candidate(openPgp, signature, key, signer));
                    // A signature can be verified once only. If several keys have its key id, which does not happen by
                    // accident, the first one counts.
                    break;
                }
            }
        }
        return candidates;
    }

    private static Candidate candidate(
            OpenPGPImplementation openPgp, PGPSignature signature, PublicKey key, OpenPGPComponentKey signer)
            throws RktException {
        try {
            signature.init(openPgp.pgpContentVerifierBuilderProvider(), signer.getPGPPublicKey());
            return new Candidate(key, signer, new OpenPGPDocumentSignature(signature, signer));
        } catch (PGPException e) {
            throw new RktException(
                    "openpgp: signature of key %s can't be verified: %s".formatted(key.fingerprint(), e.getMessage()),
                    e);
        }
    }

    private static void digest(Path aci, List<Candidate> candidates) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = Files.newInputStream(aci)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                for (Candidate candidate : candidates) {
                    candidate.signature().getSignature().update(buffer, 0, read);
                }
            }
        }
    }

    /** A signature that says that a trusted key made it. */
    @SuppressWarnings("JavaUtilDate") // the library's measure of time
    private record Candidate(PublicKey key, OpenPGPComponentKey signer, OpenPGPDocumentSignature signature) {

        /** Returns why the signature is not valid; empty if it is valid. */
        String fault(Instant time, OpenPGPPolicy policy) {
            Date now = Date.from(time);
            try {
                if (!signature.verify()) {
                    return "invalid signature: the image is not the one that was signed";
                }
                if (!signature.isEffectiveAt(now)) {
                    return "signature expired, or made later than now";
                }
                return signature.isValidAt(now, policy) ? "" : keyFault(now);
            } catch (PGPException | RuntimeException e) {
                return "invalid signature: " + e.getMessage();
            }
        }

        private String keyFault(Date now) {
            if (key.certificate().getRevocation(now) != null) {
                return "key revoked";
            }
            for (OpenPGPComponentKey part : List.of(key.certificate().getPrimaryKey(), signer)) {
                Date expiry = part.getKeyExpirationDateAt(now);
                if (expiry != null && !expiry.after(now)) {
                    return "key expired on " + expiry.toInstant();
                }
            }
            return "the key may not sign images: it is expired, revoked, or not made for signing";
        }
    }
}
