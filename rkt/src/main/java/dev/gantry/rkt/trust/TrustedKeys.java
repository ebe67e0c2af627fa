package dev.gantry.rkt.trust;

import dev.gantry.rkt.Durability;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.AcNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The keys that this machine trusts, as files named by their fingerprint, where rkt keeps them: {@code
 * trustedkeys/root.d/} for images of any name, {@code trustedkeys/prefix.d/PREFIX/} for those whose name begins with
 * the prefix; each in a directory of the system and in one of this machine. An empty file in this machine's directory
 * revokes the trust in the system's key with the same fingerprint (signing-and-verification-guide.md).
 */
public final class TrustedKeys {

    private static final String ROOT = "trustedkeys/root.d";
    private static final String PREFIXES = "trustedkeys/prefix.d";

    private final Path system;
    private final Path local;

    /**
     * Opens the store; nothing need exist.
     *
     * @param systemConfig the directory of the system's configuration, {@code /usr/lib/rkt}
     * @param localConfig the directory of this machine's configuration, {@code /etc/rkt}, where keys are added
     */
    public TrustedKeys(Path systemConfig, Path localConfig) {
        this.system = systemConfig;
        this.local = localConfig;
    }

    /**
     * Returns the keys that may sign an image.
     *
     * @param imageName the image's name, an AC Identifier
     * @return the keys; of several keys with the same fingerprint, a key of this machine wins over the system's, and a
     *     longer prefix over a shorter
     * @throws RktException if a file is no key, or its name is not the fingerprint of the key
     * @throws IOException if a file can't be read
     */
    Collection<PublicKey> keysFor(String imageName) throws IOException, RktException {
        requireIdentifier(imageName);
        Map<String, PublicKey> keys = new LinkedHashMap<>();
        read(system.resolve(ROOT), keys);
        read(local.resolve(ROOT), keys);
        for (Path config : List.of(system, local)) {
            for (String prefix : prefixesOf(imageName)) {
                read(config.resolve(PREFIXES).resolve(prefix), keys);
            }
        }
        return keys.values();
    }

    /**
     * Decides whether there are keys for exactly this prefix.
     *
     * @param prefix the prefix
     * @return true if there are files of keys, even if every one of them is masked
     * @throws IOException if the store can't be read
     */
    boolean hasPrefix(String prefix) throws IOException {
        for (Path config : List.of(system, local)) {
            if (!files(config.resolve(PREFIXES).resolve(prefix)).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Adds a trusted key. The file appears atomically, and is forced to disk.
     *
     * @param prefix the prefix of the images' names; empty for all images
     * @param key the key
     * @return the file that it was written to
     * @throws RktException if the prefix is no AC Identifier
     * @throws IOException if it can't be written
     */
    Path add(Optional<String> prefix, PublicKey key) throws IOException, RktException {
        Path directory = local.resolve(ROOT);
        if (prefix.isPresent()) {
            directory = local.resolve(PREFIXES).resolve(requireIdentifier(prefix.get()));
        }
        Files.createDirectories(directory);
        Path file = directory.resolve(key.fingerprint());
        // A temporary file in the directory of the keys would be taken for a key.
        Path written = local.resolve("trustedkeys").resolve("." + UUID.randomUUID());
        try {
            try (FileChannel channel =
                    FileChannel.open(written, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer text = ByteBuffer.wrap(key.text());
                while (text.hasRemaining()) {
                    channel.write(text);
                }
                channel.force(true);
            }
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            Durability.force(directory);
        } finally {
            Files.deleteIfExists(written);
        }
        return file;
    }

    /** Returns the name and all its parent prefixes, the shortest first. */
    private static List<String> prefixesOf(String name) {
        List<String> prefixes = new ArrayList<>();
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
            prefixes.add(name.substring(0, slash));
        }
        prefixes.add(name);
        return prefixes;
    }

    private static void read(Path directory, Map<String, PublicKey> keys) throws IOException, RktException {
        for (Path file : files(directory)) {
            String fingerprint = file.getFileName().toString();
            if (Files.size(file) == 0) {
                keys.remove(fingerprint);
                continue;
            }
            PublicKey key = PublicKey.parse(Files.readAllBytes(file), file.toString());
            if (!key.fingerprint().equals(fingerprint)) {
                throw new RktException("fingerprint mismatch: \"%s\": \"%s\"".formatted(file, key.fingerprint()));
            }
            keys.put(fingerprint, key);
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> found =
                    Files.newDirectoryStream(directory, file -> !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS))) {
                found.forEach(files::add);
            }
        }
        return files;
    }

    private static String requireIdentifier(String name) throws RktException {
        if (!AcNames.isIdentifier(name)) {
            throw new RktException(
                    ("\"%s\": ACIdentifier must contain only lower case alphanumeric characters plus \"-._~/\", and"
                                    + " start and end with an alphanumeric one")
                            .formatted(name));
        }
        return name;
    }
}
