package dev.gantry.cluster.variable;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeyStatus;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.files.DurableFile;
import dev.gantry.store.StoredVariable.Sealed;
import dev.gantry.v1.Variable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that encrypt variables, in a file apart from the database: a keyset of Tink. The only class that encrypts and
 * decrypts.
 *
 * <p>The path of a variable is associated data of its encryption, so that a row in the database can't be given to another
 * path. The cluster id is not: it changes when a server starts with {@code --accept-lost-writes}.
 *
 * <p>A keyring that does not fit the database is never replaced: it refuses its work and says how to restore it.
 */
public final class Keyring {

    /** Keys are deleted once they encrypt nothing, so there are more than two only while rotations do not end. */
    private static final int MOST_KEYS = 16;

    private static final int LARGEST_FILE = 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Keyring.class);

    private final Path file;

    /** Why no key can be used; empty if they can. */
    private final String fault;

    /** Null if no key can be used. Replaced only by a keyset that is on disk. */
    private volatile Keys keys;

    private Keyring(Path file, Keys keys, String fault) {
        this.file = file;
        this.keys = keys;
        this.fault = fault;
    }

    /** A keyset that is ready to use. */
    private record Keys(KeysetHandle handle, Aead aead) {

        static Keys of(KeysetHandle handle) throws GeneralSecurityException {
            return new Keys(handle, handle.getPrimitive(RegistryConfiguration.get(), Aead.class));
        }

        long primaryId() {
            return Integer.toUnsignedLong(handle.getPrimary().getId());
        }

        List<Long> ids() {
            return entries(handle).stream().map(Keyring::id).toList();
        }
    }

    /**
     * Opens the keyring of a database. Makes it if the file is missing and nothing is encrypted yet.
     *
     * @param file the file
     * @param used the ids of the keys that encrypt variables of the database
     * @return the keyring. If the keys of the database are not in the file, it refuses to encrypt and to decrypt, and the
     *     log says why
     */
    public static Keyring open(Path file, Collection<Long> used) {
        try {
            AeadConfig.register();
            if (Files.notExists(file) && used.isEmpty()) {
                return new Keyring(file, make(file), "");
            }
            Keys keys = read(file);
            TreeSet<Long> missing = new TreeSet<>(used);
            keys.ids().forEach(missing::remove);
            return missing.isEmpty()
                    ? new Keyring(file, keys, "")
                    : unusable(file, "lacks the keys %s, which encrypt variables of the database".formatted(missing));
        } catch (IOException e) {
            return unusable(file, Files.notExists(file) ? "is missing" : "can't be read or written (%s)".formatted(e));
        } catch (GeneralSecurityException e) {
            // The exception may quote the file.
            return unusable(file, "is no keyset of AES-256-GCM keys as Tink writes it");
        }
    }

    /**
     * Returns the id of the key that encrypts.
     *
     * @return the id, 0 or more
     * @throws RefusedException if no key can be used
     */
    public long primaryId() {
        return usable().primaryId();
    }

    /**
     * Returns the ids of all keys.
     *
     * @return the ids, the newest key first; none if no key can be used
     */
    public List<Long> ids() {
        Keys now = keys;
        return now == null ? List.of() : now.ids();
    }

    /**
     * Encrypts items.
     *
     * @param path the path of their variable
     * @param items values by key
     * @return the encrypted items
     * @throws RefusedException if no key can be used
     */
    Sealed seal(String path, Map<String, String> items) {
        return sealBytes(path, Variable.newBuilder().putAllItems(items).build().toByteArray());
    }

    /**
     * Decrypts items.
     *
     * @param path the path of their variable
     * @param sealed the encrypted items
     * @return values by key
     * @throws RefusedException if no key can be used, or if the keys do not decrypt them
     */
    Map<String, String> open(String path, Sealed sealed) {
        try {
            return Variable.parseFrom(openBytes(path, sealed)).getItemsMap();
        } catch (InvalidProtocolBufferException e) {
            throw damaged(path, sealed);
        }
    }

    /**
     * Encrypts items again, with the primary key.
     *
     * @param path the path of their variable
     * @param sealed the items in the encryption of any key
     * @return the items in the encryption of the primary key
     * @throws RefusedException as {@link #open(String, Sealed)}
     */
    Sealed reseal(String path, Sealed sealed) {
        return sealBytes(path, openBytes(path, sealed));
    }

    /**
     * Makes a new primary key. It is on disk before it is used.
     *
     * @throws RefusedException if no key can be used, if there are too many, or if the file can't be written
     */
    synchronized void rotate() {
        KeysetHandle before = usable().handle();
        if (before.size() >= MOST_KEYS) {
            throw new RefusedException(
                    "There are %d keys, and no more may be: the server's log says why it can't encrypt all variables again"
                            .formatted(MOST_KEYS));
        }
        replace(KeysetHandle.newBuilder(before)
                .addEntry(KeysetHandle.generateEntryFromParameters(PredefinedAeadParameters.AES256_GCM)
                        .withRandomId()
                        .makePrimary()));
        LOG.info("Key {} encrypts variables from now on", primaryId());
    }

    /**
     * Deletes the keys that encrypt nothing any more.
     *
     * @param primary the id of the primary key before {@code used} was read. If another key is primary by now, nothing
     *     is deleted: variables may have been encrypted with that one in between
     * @param used the ids of the keys that encrypt something
     * @throws RefusedException if no key can be used, or if the file can't be written
     */
    synchronized void deleteUnused(long primary, Collection<Long> used) {
        KeysetHandle before = usable().handle();
        List<Long> unused = usable().ids().stream()
                .filter(id -> id != primary && !used.contains(id))
                .toList();
        if (primaryId() != primary || unused.isEmpty()) {
            return;
        }
        KeysetHandle.Builder kept = KeysetHandle.newBuilder();
        for (KeysetHandle.Entry entry : entries(before)) {
            if (!unused.contains(id(entry))) {
                KeysetHandle.Builder.Entry copy =
                        KeysetHandle.importKey(entry.getKey()).setStatus(entry.getStatus());
                kept.addEntry(entry.isPrimary() ? copy.makePrimary() : copy);
            }
        }
        replace(kept);
        LOG.info("Deleted the keys {}: they encrypt no variable any more", unused);
    }

    private Sealed sealBytes(String path, byte[] items) {
        Keys now = usable();
        try {
            return new Sealed(now.primaryId(), ByteString.copyFrom(now.aead().encrypt(items, associatedData(path))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Could not encrypt a variable", e);
        }
    }

    private byte[] openBytes(String path, Sealed sealed) {
        try {
            return usable().aead().decrypt(sealed.bytes().toByteArray(), associatedData(path));
        } catch (GeneralSecurityException e) {
            throw damaged(path, sealed);
        }
    }

    private RefusedException damaged(String path, Sealed sealed) {
        return new RefusedException(
                ("Key %d of %s does not decrypt variable \"%s\": restore the database and the keyring of one backup, or store"
                                + " the variable again")
                        .formatted(sealed.keyId(), file, path));
    }

    private Keys usable() {
        Keys now = keys;
        if (now == null) {
            throw new RefusedException(fault);
        }
        return now;
    }

    private void replace(KeysetHandle.Builder builder) {
        try {
            KeysetHandle handle = builder.build();
            write(file, handle);
            keys = Keys.of(handle);
        } catch (IOException e) {
            throw new RefusedException("The keyring %s can't be written: %s".formatted(file, e));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Could not make a keyset", e);
        }
    }

    private static Keys make(Path file) throws IOException, GeneralSecurityException {
        KeysetHandle handle = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM);
        Files.createDirectories(file.toAbsolutePath().getParent(), DurableFile.OWNER_ONLY_DIRECTORY);
        write(file, handle);
        LOG.info(
                "Made the keyring {}: without it nobody can read variables, so keep a copy apart from the database's",
                file);
        return Keys.of(handle);
    }

    private static Keys read(Path file) throws IOException, GeneralSecurityException {
        if (Files.size(file) > LARGEST_FILE) {
            throw new GeneralSecurityException("The file is too large");
        }
        String json = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        KeysetHandle handle = TinkJsonProtoKeysetFormat.parseKeyset(json, InsecureSecretKeyAccess.get());
        for (KeysetHandle.Entry entry : entries(handle)) {
            boolean isKnown = entry.getStatus() == KeyStatus.ENABLED
                    && entry.getKey().getParameters().equals(PredefinedAeadParameters.AES256_GCM);
            if (!isKnown) {
                throw new GeneralSecurityException("The keyset has a key of another kind");
            }
        }
        return Keys.of(handle);
    }

    private static void write(Path file, KeysetHandle handle) throws IOException, GeneralSecurityException {
        String json = TinkJsonProtoKeysetFormat.serializeKeyset(handle, InsecureSecretKeyAccess.get()) + "\n";
        DurableFile.write(file, json.getBytes(StandardCharsets.UTF_8), DurableFile.OWNER_ONLY);
    }

    private static Keyring unusable(Path file, String why) {
        String fault =
                ("The keyring %s %s: put its file back from a backup and start the server again; until then variables"
                                + " can only be listed and deleted")
                        .formatted(file, why);
        LOG.error(fault);
        return new Keyring(file, null, fault);
    }

    private static byte[] associatedData(String path) {
        return ("gantry.v1.Variable " + path).getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the keys of a keyset, the newest one first. */
    private static List<KeysetHandle.Entry> entries(KeysetHandle handle) {
        return IntStream.range(0, handle.size())
                .map(i -> handle.size() - 1 - i)
                .mapToObj(handle::getAt)
                .toList();
    }

    private static long id(KeysetHandle.Entry entry) {
        return Integer.toUnsignedLong(entry.getId());
    }
}
