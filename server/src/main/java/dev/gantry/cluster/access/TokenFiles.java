package dev.gantry.cluster.access;

import dev.gantry.files.DurableFile;
import dev.gantry.model.JoinToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets of the first tokens, in files that only the server's user can read: in the data directory, and a copy
 * where the command line finds them, beside the certificate of the server's authority. Used by one thread at a time.
 */
public final class TokenFiles {

    /** The file with the secret of a management token. */
    public static final String MANAGEMENT = "management.token";

    /** The file with the secret of a join token. */
    public static final String JOIN = "join.token";

    /** The copy of the authority's certificate. */
    private static final String AUTHORITY = "ca.crt";

    private static final Logger LOG = LoggerFactory.getLogger(TokenFiles.class);
    private static final List<String> NAMES = List.of(MANAGEMENT, JOIN);
    private static final int LONGEST = 65_536;

    private final Path dir;
    private final Optional<Path> authority;
    private final Optional<String> pin;
    private Optional<Path> copies = Optional.empty();

    /**
     * Names the files of a server. Creates none.
     *
     * @param dir the directory of the server's database, which exists
     * @param authority the certificate of the authority that issues the server's certificate; empty without TLS
     * @param pin what names the authority in join tokens, as {@link JoinToken#pin}; empty if the server does not show its
     *     authority to nodes
     */
    public TokenFiles(Path dir, Optional<Path> authority, Optional<String> pin) {
        this.dir = dir;
        this.authority = authority;
        this.pin = pin;
    }

    /**
     * Returns the path of a file in the data directory.
     *
     * @param name {@link #MANAGEMENT} or {@link #JOIN}
     * @return the path; the file need not exist
     */
    public Path path(String name) {
        return dir.resolve(name);
    }

    /**
     * Writes a secret, in place of the one before. When this method returns, the file is on disk as a whole.
     *
     * @param name {@link #MANAGEMENT} or {@link #JOIN}
     * @param secret the secret
     * @throws UncheckedIOException if it can't be written into the data directory. A copy that can't be written is
     *     logged
     */
    synchronized void write(String name, String secret) {
        try {
            write(dir, name, name.equals(JOIN) ? new JoinToken(secret, pin).text() : secret);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't write " + path(name), e);
        }
        copies.ifPresent(to -> copy(name, to));
    }

    /**
     * Reads a secret.
     *
     * @param name {@link #MANAGEMENT} or {@link #JOIN}
     * @return the secret; empty if the file is missing or can't be read
     */
    public Optional<String> read(String name) {
        return read(path(name));
    }

    /**
     * Writes the join token anew if it does not name the server's authority as it is now: the server was started with TLS
     * for the first time, or without it again.
     *
     * @throws UncheckedIOException as {@link #write}
     */
    void repin() {
        read(JOIN)
                .map(JoinToken::secretOf)
                .filter(secret -> !read(JOIN).equals(Optional.of(new JoinToken(secret, pin).text())))
                .ifPresent(secret -> write(JOIN, secret));
    }

    /**
     * Copies the files to a directory, and keeps the copies current. A failure is logged: commands then need the option
     * {@code --token-file}.
     *
     * @param to the directory, which is made for this user alone if it is missing
     */
    public synchronized void copyTo(Path to) {
        try {
            Files.createDirectories(to, DurableFile.OWNER_ONLY_DIRECTORY);
            copies = Optional.of(to);
            NAMES.forEach(name -> copy(name, to));
            copy(AUTHORITY, authority.flatMap(TokenFiles::read), to);
        } catch (IOException e) {
            LOG.warn("Can't make {}: say --token-file {} to commands", to, path(MANAGEMENT), e);
        }
    }

    /** Deletes the copies, unless another server has written others over them. */
    public synchronized void removeCopies() {
        copies.ifPresent(from -> {
            NAMES.forEach(name -> removeCopy(from.resolve(name), read(name)));
            removeCopy(from.resolve(AUTHORITY), authority.flatMap(TokenFiles::read));
        });
        copies = Optional.empty();
    }

    /**
     * Deletes the copies of a server that has ended without deleting them. A failure is logged.
     *
     * @param from the directory, which need not exist
     */
    public static void removeOthers(Path from) {
        for (String name : List.of(MANAGEMENT, JOIN, AUTHORITY)) {
            Path copy = from.resolve(name);
            try {
                if (Files.deleteIfExists(copy)) {
                    LOG.info("Deleted {}, which a server at this port has left", copy);
                }
            } catch (IOException e) {
                LOG.warn("Can't delete {}, which a server at this port has left", copy, e);
            }
        }
    }

    private void copy(String name, Path to) {
        copy(name, read(name), to);
    }

    private void copy(String name, Optional<String> content, Path to) {
        try {
            if (content.isPresent()) {
                write(to, name, content.get());
            } else {
                Files.deleteIfExists(to.resolve(name));
            }
        } catch (IOException e) {
            LOG.warn("Can't write {}: say --token-file {} to commands", to.resolve(name), path(MANAGEMENT), e);
        }
    }

    private static void removeCopy(Path copy, Optional<String> own) {
        try {
            if (own.isPresent() && own.equals(read(copy))) {
                Files.delete(copy);
            }
        } catch (IOException e) {
            LOG.warn("Can't delete {}", copy, e);
        }
    }

    private static Optional<String> read(Path file) {
        try {
            return Files.exists(file) && Files.size(file) <= LONGEST
                    ? Optional.of(Files.readString(file).strip()).filter(secret -> !secret.isEmpty())
                    : Optional.empty();
        } catch (IOException e) {
            LOG.warn("Can't read {}", file, e);
            return Optional.empty();
        }
    }

    private static void write(Path dir, String name, String secret) throws IOException {
        byte[] line = (secret + "\n").getBytes(StandardCharsets.US_ASCII);
        DurableFile.write(dir.resolve(name), line, DurableFile.OWNER_ONLY);
    }
}
