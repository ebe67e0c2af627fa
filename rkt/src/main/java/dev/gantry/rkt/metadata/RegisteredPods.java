package dev.gantry.rkt.metadata;

import dev.gantry.rkt.ProcessIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * The pods of a data directory that were registered: {@code run-prepared --mds-register} writes a secret token into the
 * pod's file {@code metadata-token}, which identifies the apps of that pod.
 */
final class RegisteredPods {

    private static final String TOKEN = "metadata-token";

    private final Path running;

    /**
     * Opens them.
     *
     * @param dataDirectory the data directory
     */
    RegisteredPods(Path dataDirectory) {
        this.running = dataDirectory.resolve("pods").resolve("run");
    }

    /**
     * Finds the running pod with a token.
     *
     * @param token the token
     * @return the pod
     * @throws IOException if the pods can't be read
     */
    Optional<RegisteredPod> find(String token) throws IOException {
        try (DirectoryStream<Path> pods = Files.newDirectoryStream(running)) {
            for (Path pod : pods) {
                if (isTokenOf(pod, token) && ProcessIdentity.isAlive(pod.resolve("pid"))) {
                    return Optional.of(new RegisteredPod(pod));
                }
            }
        } catch (NoSuchFileException e) {
            // No pod has run yet.
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean isTokenOf(Path pod, String token) throws IOException {
        try {
            String own = Files.readString(pod.resolve(TOKEN)).strip();
            return !own.isEmpty()
                    && MessageDigest.isEqual(
                            own.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            // The pod is not registered, or was removed in between.
            return false;
        }
    }
}
