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
import dev.gantry.files.ProcessLock;
import dev.gantry.store.StoredVariable.Sealed;
import dev.gantry.v1.Variable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
public final class Keyring implements AutoCloseable {

    /** Keys are deleted once they encrypt nothing, so there are more than two only while rotations do not end. */
    private static final int MOST_KEYS = 16;

    private static final int LARGEST_FILE = 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Keyring.class);

    private static final Set<PosixFilePermission> OF_OTHERS =
            EnumSet.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private static final String PUT_BACK = "put its file back from a backup and start the server again";

    private final Path file;

    /** Why no key can be used; empty if they can. */
    private final String fault;

    /** Null if no key can be used. Replaced only by a keyset that is on disk. */
    private volatile Keys keys;

    /** Open while this server may change the file. */
    private final Optional<FileChannel> lock;

    private Keyring(Path file, Keys keys, String fault, Optional<FileChannel> lock) {
        this.file = file;
        this.keys = keys;
        this.fault = fault;
        this.lock = lock;
    }

    /** A keyset that is ready to use, and the content of the file that has it. */
    private record Keys(KeysetHandle handle, Aead aead, String content) {

        static Keys of(KeysetHandle handle, String content) throws GeneralSecurityException {
            return new Keys(handle, handle.getPrimitive(RegistryConfiguration.get(), Aead.class), content);
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
        Optional<FileChannel> lock = Optional.empty();
        try {
            AeadConfig.register();
            boolean isNew = Files.notExists(file) && used.isEmpty();
            if (isNew) {
                Files.createDirectories(file.toAbsolutePath().getParent(), DurableFile.OWNER_ONLY_DIRECTORY);
            }
            lock = lock(file);
            Keys keys = isNew && Files.notExists(file) ? make(file) : read(file);
            TreeSet<Long> missing = new TreeSet<>(used);
            keys.ids().forEach(missing::remove);
            if (missing.isEmpty()) {
                return new Keyring(file, keys, "", lock);
            }
            throw new UnusableException(
                    "lacks the keys %s, which encrypt variables of the database".formatted(missing), PUT_BACK);
        } catch (UnusableException e) {
            return unusable(file, lock, e);
        } catch (IOException e) {
            String why = Files.notExists(file) ? "is missing" : "can't be read or written (%s)".formatted(e);
            return unusable(file, lock, new UnusableException(why, PUT_BACK));
        } catch (GeneralSecurityException e) {
            // The exception may quote the file.
            return unusable(
                    file, lock, new UnusableException("is no keyset of AES-256-GCM keys as Tink writes it", PUT_BACK));
        }
    }

    /** Lets another server use the file. */
    @Override
    public void close() {
        release(lock);
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
            refuseForeign();
            KeysetHandle handle = builder.build();
            keys = write(file, handle);
        } catch (IOException e) {
            throw new RefusedException("The keyring %s can't be written: %s".formatted(file, e));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Could not make a keyset", e);
        }
    }

    /** Refuses to write over keys that somebody else has put into the file, such as those of a backup. */
    private void refuseForeign() throws IOException {
        try {
            if (!Files.readString(file, StandardCharsets.ISO_8859_1).equals(usable().content())) {
                throw new RefusedException(
                        "The keyring %s was changed by another program, and is not written over: start the server again to use it"
                                .formatted(file));
            }
        } catch (NoSuchFileException e) {
            // The file is lost, and the keys are not: it is written again.
        }
    }

    /**
     * Keeps other servers from changing the file: they would delete the keys that encrypt nothing of theirs.
     *
     * @return the lock; empty if its file can't be opened, so that this server can't write the keyring either
     * @throws UnusableException if another server has the lock
     */
    private static Optional<FileChannel> lock(Path file) throws UnusableException {
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    file.resolveSibling(file.getFileName() + ".lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(DurableFile.OWNER_ONLY));
        } catch (IOException e) {
            LOG.debug("The keyring {} can't be locked", file, e);
            return Optional.empty();
        }
        try {
            if (ProcessLock.take(channel)) {
                return Optional.of(channel);
            }
        } catch (IOException e) {
            LOG.warn("The keyring {} can't be locked on this file system: give it to one server only", file, e);
            return Optional.of(channel);
        }
        release(Optional.of(channel));
        throw new UnusableException(
                "is used by another server", "name a file of this server's own with --keyring-file and start it again");
    }

    private static void release(Optional<FileChannel> lock) {
        try {
            if (lock.isPresent()) {
                lock.get().close();
            }
        } catch (IOException e) {
            LOG.warn("The lock of a keyring can't be closed", e);
        }
    }

    private static Keys make(Path file) throws IOException, GeneralSecurityException {
        Keys made = write(file, KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM));
        LOG.info(
                "Made the keyring {}: without it nobody can read variables, so keep a copy apart from the database's",
                file);
        return made;
    }

    private static Keys read(Path file) throws IOException, GeneralSecurityException, UnusableException {
        Set<PosixFilePermission> granted = Files.getPosixFilePermissions(file);
        if (granted.stream().anyMatch(OF_OTHERS::contains)) {
            throw new UnusableException(
                    "is open to every user of this machine (%s)".formatted(PosixFilePermissions.toString(granted)),
                    "chmod 600 %s and start the server again".formatted(file));
        }
        if (Files.size(file) > LARGEST_FILE) {
            throw new GeneralSecurityException("The file is too large");
        }
        String json = Files.readString(file, StandardCharsets.ISO_8859_1);
        KeysetHandle handle = TinkJsonProtoKeysetFormat.parseKeyset(json, InsecureSecretKeyAccess.get());
        for (KeysetHandle.Entry entry : entries(handle)) {
            boolean isKnown = entry.getStatus() == KeyStatus.ENABLED
                    && entry.getKey().getParameters().equals(PredefinedAeadParameters.AES256_GCM);
            if (!isKnown) {
                throw new GeneralSecurityException("The keyset has a key of another kind");
            }
        }
        return Keys.of(handle, json);
    }

    private static Keys write(Path file, KeysetHandle handle) throws IOException, GeneralSecurityException {
        // JSON in base64 and digits: ASCII only.
        String json = TinkJsonProtoKeysetFormat.serializeKeyset(handle, InsecureSecretKeyAccess.get()) + "\n";
        DurableFile.write(file, json.getBytes(StandardCharsets.US_ASCII), DurableFile.OWNER_ONLY);
        return Keys.of(handle, json);
    }

    private static Keyring unusable(Path file, Optional<FileChannel> lock, UnusableException why) {
        String fault = "The keyring %s %s: %s; until then variables can only be listed and deleted"
                .formatted(file, why.getMessage(), why.remedy);
        LOG.error(fault);
        return new Keyring(file, null, fault, lock);
    }

    /** Says why the file can't be used, as the rest of a sentence about it. */
    private static final class UnusableException extends Exception {

        private static final long serialVersionUID = 1;

        private final String remedy;

        UnusableException(String why, String remedy) {
            super(why);
            this.remedy = remedy;
        }
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
