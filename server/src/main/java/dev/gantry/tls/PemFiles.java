package dev.gantry.tls;

import dev.gantry.files.DurableFile;
import io.grpc.util.CertificateUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads and writes certificates and private keys in PEM. */
public final class PemFiles {

    /** A chain of certificates has some kilobytes. */
    private static final int LARGEST_FILE = 1024 * 1024;

    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----[^-]*-----END ([A-Z ]*)PRIVATE KEY-----\\s*");

    private static final int LINE = 64;
    private static final Set<PosixFilePermission> READ_BY_ALL = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> OF_OTHERS =
            EnumSet.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private PemFiles() {}

    /**
     * Reads all certificates of a file. A private key in it is passed over, which Java would take for a certificate.
     *
     * @param file the file
     * @return one certificate or more, in the order of the file
     * @throws TlsException if the file can't be read or has no certificate
     */
    public static List<X509Certificate> readCertificates(Path file) {
        return certificates(file, read(file, "certificate"));
    }

    private static List<X509Certificate> certificates(Path file, byte[] content) {
        X509Certificate[] found;
        String certificates = PRIVATE_KEY
                .matcher(new String(content, StandardCharsets.ISO_8859_1))
                .replaceAll("");
        try (InputStream in = new ByteArrayInputStream(certificates.getBytes(StandardCharsets.ISO_8859_1))) {
            found = CertificateUtils.getX509Certificates(in);
        } catch (CertificateException | IOException e) {
            throw new TlsException(
                    "%s has a certificate that can't be read (%s): it must be X.509 in PEM"
                            .formatted(file, e.getMessage()),
                    e);
        }
        if (found.length == 0) {
            throw new TlsException(
                    "%s has no certificate: it must be X.509 in PEM, with BEGIN CERTIFICATE in it".formatted(file));
        }
        return List.of(found);
    }

    /**
     * Reads a private key.
     *
     * @param file the file
     * @return the key
     * @throws TlsException if the file can't be read, has no key, or may be read or written by every user
     */
    public static PrivateKey readKey(Path file) {
        return key(file, read(file, "private key"));
    }

    private static PrivateKey key(Path file, byte[] content) {
        checkOwnerOnly(file);
        if (!new String(content, StandardCharsets.ISO_8859_1).contains("-----BEGIN PRIVATE KEY-----")) {
            throw new TlsException(
                    ("%s has no private key in PKCS #8 (BEGIN PRIVATE KEY): convert it with openssl pkcs8 -topk8 -nocrypt"
                                    + " -in %s -out NEW")
                            .formatted(file, file));
        }
        try (InputStream in = new ByteArrayInputStream(content)) {
            return CertificateUtils.getPrivateKey(in);
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new TlsException(
                    "%s has a private key that can't be read (%s): it must be an ECDSA or RSA key in PKCS #8"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    /**
     * Reads the certificates and the private key of one file, which another thread or process may replace meanwhile.
     *
     * @param file the file
     * @return the certificates, in the order of the file, and the key, both of the same state of the file
     * @throws TlsException as {@link #readCertificates} and {@link #readKey}
     */
    public static CertificateAuthority.Identity readIdentity(Path file) {
        byte[] content = read(file, "certificate");
        return new CertificateAuthority.Identity(certificates(file, content), key(file, content));
    }

    /**
     * Checks that files do not exist, before one of them is written.
     *
     * @param files the files
     * @throws TlsException if one exists
     */
    public static void checkNew(Path... files) {
        for (Path file : files) {
            if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                throw exists(file, null);
            }
        }
    }

    /**
     * Writes certificates to a new file, which all users may read.
     *
     * @param file the file, which must not exist
     * @param certificates the certificates
     * @throws TlsException if the file exists or can't be written
     */
    public static void writeNew(Path file, List<X509Certificate> certificates) {
        writeNew(file, encode(certificates), READ_BY_ALL);
    }

    /**
     * Writes a private key to a new file, which only its owner may read from the moment it exists.
     *
     * @param file the file, which must not exist
     * @param key the key
     * @throws TlsException if the file exists or can't be written
     */
    public static void writeNew(Path file, PrivateKey key) {
        writeNew(file, encode(key), DurableFile.OWNER_ONLY);
    }

    /**
     * Writes certificates to a file, which all users may read, in place of those before. The file is on disk when the
     * method returns; a crash leaves the old file or the new one.
     *
     * @param file the file
     * @param certificates the certificates
     * @throws TlsException if the file can't be written
     */
    public static void replace(Path file, List<X509Certificate> certificates) {
        replace(file, encode(certificates), READ_BY_ALL);
    }

    /**
     * Writes a private key to a file that only its owner may read, in place of the one before. The file is on disk when
     * the method returns; a crash leaves the old file or the new one.
     *
     * @param file the file
     * @param key the key
     * @throws TlsException if the file can't be written
     */
    public static void replace(Path file, PrivateKey key) {
        replace(file, encode(key), DurableFile.OWNER_ONLY);
    }

    /**
     * Writes certificates in PEM.
     *
     * @param certificates the certificates
     * @return the text
     */
    public static String encode(List<X509Certificate> certificates) {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            try {
                text.append(encode("CERTIFICATE", certificate.getEncoded()));
            } catch (CertificateEncodingException e) {
                throw new TlsException("A certificate can't be written: " + e.getMessage(), e);
            }
        }
        return text.toString();
    }

    /**
     * Writes a private key in PEM, as PKCS #8.
     *
     * @param key the key
     * @return the text
     */
    public static String encode(PrivateKey key) {
        return encode("PRIVATE KEY", key.getEncoded());
    }

    private static String encode(String kind, byte[] content) {
        String lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, lines, kind);
    }

    private static void writeNew(Path file, String content, Set<PosixFilePermission> mode) {
        try {
            DurableFile.create(file, content.getBytes(StandardCharsets.US_ASCII), mode);
        } catch (FileAlreadyExistsException e) {
            throw exists(file, e);
        } catch (NoSuchFileException e) {
            Path directory = file.toAbsolutePath().getParent();
            throw new TlsException(
                    "%s can't be written: the directory %s does not exist: mkdir -p %s"
                            .formatted(file, directory, directory),
                    e);
        } catch (IOException e) {
            throw new TlsException("%s can't be written: %s".formatted(file, reason(e)), e);
        }
    }

    private static void replace(Path file, String content, Set<PosixFilePermission> mode) {
        try {
            DurableFile.write(file, content.getBytes(StandardCharsets.US_ASCII), mode);
        } catch (IOException e) {
            throw new TlsException("%s can't be replaced: %s".formatted(file, reason(e)), e);
        }
    }

    private static TlsException exists(Path file, Throwable cause) {
        return new TlsException(
                "%s exists already and is not overwritten: remove it, or choose another directory".formatted(file),
                cause);
    }

    private static byte[] read(Path file, String what) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(LARGEST_FILE + 1);
            if (content.length > LARGEST_FILE) {
                throw new TlsException(
                        "%s has more than %d bytes: is it the file of a %s?".formatted(file, LARGEST_FILE, what));
            }
            return content;
        } catch (IOException e) {
            throw new TlsException("The %s %s can't be read: %s".formatted(what, file, reason(e)), e);
        }
    }

    /** A group may read a key, as some distributions arrange it; every user may not. */
    private static void checkOwnerOnly(Path file) {
        try {
            Set<PosixFilePermission> granted = Files.getPosixFilePermissions(file);
            if (granted.stream().anyMatch(OF_OTHERS::contains)) {
                throw new TlsException("The private key %s is open to every user of this machine (%s): chmod 600 %s"
                        .formatted(file, PosixFilePermissions.toString(granted), file));
            }
        } catch (IOException e) {
            throw new TlsException("The mode of %s can't be read: %s".formatted(file, reason(e)), e);
        }
    }

    private static String reason(IOException e) {
        return e instanceof NoSuchFileException ? "there is no such file or directory" : e.getMessage();
    }
}
