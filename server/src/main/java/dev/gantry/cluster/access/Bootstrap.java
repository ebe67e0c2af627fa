package dev.gantry.cluster.access;

import dev.gantry.access.Secrets;
import dev.gantry.cluster.PermissionDeniedException;
import dev.gantry.cluster.access.AccessRegistry.NewToken;
import dev.gantry.cluster.access.AccessRegistry.TokenOptions;
import dev.gantry.store.AccessReader;
import dev.gantry.v1.AclTokenType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the tokens that no other token can make: the first ones, and one for a user of the data directory. */
public final class Bootstrap {

    private static final Logger LOG = LoggerFactory.getLogger(Bootstrap.class);

    /** The file with the proof. */
    private static final String PROOF = "bootstrap";

    private static final int SHORTEST_PROOF = 32;
    private static final int LONGEST_PROOF = 128;

    private static final Set<PosixFilePermission> OTHERS_MAY_WRITE =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private final Path dir;
    private final TokenFiles files;
    private final AccessRegistry registry;
    private final RandomGenerator random;

    /**
     * Creates the tokens of a server's data directory.
     *
     * @param dir the directory of the server's database
     * @param files the files for the secrets
     * @param registry stores the tokens
     * @param random makes secrets, so nobody may be able to predict it
     */
    public Bootstrap(Path dir, TokenFiles files, AccessRegistry registry, RandomGenerator random) {
        this.dir = dir;
        this.files = files;
        this.registry = registry;
        this.random = random;
    }

    /**
     * Makes a management token and a join token, if there never was one: a store that has had a management token keeps
     * one. The secrets are on disk before the store knows their hashes, so that a crash loses neither.
     *
     * @param reader reads the stored tokens; blocks
     */
    public void begin(AccessReader reader) {
        if (!reader.hasLastingManagementToken("")) {
            // The management token comes last: a start that ends before it begins anew.
            make(TokenFiles.JOIN, AclTokenType.ACL_TOKEN_TYPE_JOIN, "first start")
                    .join();
            make(TokenFiles.MANAGEMENT, AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT, "first start")
                    .join();
            LOG.info(
                    "Made the first tokens; their secrets are in {} and {}",
                    files.path(TokenFiles.MANAGEMENT),
                    files.path(TokenFiles.JOIN));
            return;
        }
        files.repin();
        if (files.read(TokenFiles.MANAGEMENT).isEmpty()) {
            LOG.warn(
                    "{} is missing. If nobody has a management token any more, make one with: gantry acl bootstrap"
                            + " --data-dir DIR",
                    files.path(TokenFiles.MANAGEMENT));
        }
    }

    /**
     * Makes a management token for a caller who has proved that it can write into the data directory. Blocks until it is on
     * disk. The file with the secret of another token is replaced after that: that secret is still valid if this one can't
     * be stored.
     *
     * @param proof the content of the file {@code bootstrap}, as the caller says it
     * @param whenProved called once the proof is right, before a token is made; if it throws, none is made
     * @return the token; fails with {@link PermissionDeniedException}
     */
    public CompletableFuture<NewToken> prove(String proof, Runnable whenProved) {
        Path file = dir.resolve(PROOF);
        Optional<String> fault = fault(file, proof);
        if (fault.isPresent()) {
            return CompletableFuture.failedFuture(new PermissionDeniedException(
                    "%s; use: gantry acl bootstrap --data-dir DIR".formatted(fault.get())));
        }
        whenProved.run();
        LOG.warn("Makes a management token for a user who can write into {}", dir);
        String secret = Secrets.make(random);
        CompletableFuture<NewToken> made = create(AclTokenType.ACL_TOKEN_TYPE_MANAGEMENT, "bootstrap", secret);
        if (made.handle((token, failure) -> failure == null).join()) {
            replace(TokenFiles.MANAGEMENT, secret);
        }
        return made;
    }

    /** Makes a token whose secret is on disk before the store knows its hash. */
    private CompletableFuture<NewToken> make(String file, AclTokenType type, String name) {
        String secret = Secrets.make(random);
        files.write(file, secret);
        return create(type, name, secret);
    }

    private CompletableFuture<NewToken> create(AclTokenType type, String name, String secret) {
        return registry.create(new TokenOptions(name, type, List.of(), Optional.empty()), secret);
    }

    /** Replaces a file. If that fails, the caller has the secret nevertheless. */
    private void replace(String file, String secret) {
        try {
            files.write(file, secret);
        } catch (UncheckedIOException e) {
            LOG.warn("{} does not have the secret of the new token, which only the answer has", files.path(file), e);
        }
    }

    /** Checks a proof, and deletes the file of a right one: it serves once. Two callers can't both have it. */
    private synchronized Optional<String> fault(Path file, String proof) {
        try {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of("There is no file \"bootstrap\" in the server's data directory");
            }
            PosixFileAttributes attributes =
                    Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            boolean isOwn = attributes.owner().equals(Files.getOwner(dir));
            boolean isOthers = attributes.permissions().stream().anyMatch(OTHERS_MAY_WRITE::contains);
            if (!attributes.isRegularFile() || !isOwn || isOthers) {
                return Optional.of("The file \"bootstrap\" in the server's data directory is not a file that only the"
                        + " owner of that directory can write");
            }
            if (attributes.size() > LONGEST_PROOF + 1) {
                return Optional.of("The file \"bootstrap\" in the server's data directory is too long");
            }
            byte[] written =
                    Files.readString(file, StandardCharsets.UTF_8).strip().getBytes(StandardCharsets.UTF_8);
            boolean isRight = written.length >= SHORTEST_PROOF
                    && MessageDigest.isEqual(written, proof.getBytes(StandardCharsets.UTF_8));
            if (!isRight) {
                return Optional.of(
                        "The proof is not what the file \"bootstrap\" in the server's data directory says: does this server have"
                                + " another directory? Call the right one with --address HOST:PORT");
            }
            Files.delete(file);
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("Can't check " + file, e);
        }
    }
}
