package dev.gantry.driver.rkt;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.DurableFile;
import dev.gantry.files.FileTrees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A configuration directory of rkt with the credentials for the image of one task (rkt Documentation/configuration.md,
 * {@code auth.d}). rkt reads credentials from files only. The directory is in one that only the node's user may enter, and
 * exists while rkt fetches the image. A node that is killed meanwhile leaves it until the task starts again or its
 * directory is deleted.
 */
final class ImageCredentials implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ImageCredentials.class);

    private static final String NAME = "image-credentials";

    private final Path directory;
    private final boolean isWritten;

    private ImageCredentials(Path directory, boolean isWritten) {
        this.directory = directory;
        this.isWritten = isWritten;
    }

    /** Writes the directory, in place of one that a killed node has left. Writes none if the task has no credentials. */
    static ImageCredentials write(RktTaskConfig config, TaskDirectory task) throws IOException {
        Path directory = task.driver().resolve(NAME);
        FileTrees.delete(directory);
        if (config.auth().isEmpty()) {
            return new ImageCredentials(directory, false);
        }
        ImageCredentials credentials = new ImageCredentials(directory, true);
        try {
            Path auth = Files.createDirectories(directory.resolve("auth.d"), DurableFile.OWNER_ONLY_DIRECTORY);
            byte[] content =
                    json(config.auth().get(), config.image()).toString().getBytes(StandardCharsets.UTF_8);
            DurableFile.create(auth.resolve("image.json"), content, DurableFile.OWNER_ONLY);
        } catch (IOException | RuntimeException e) {
            credentials.close();
            throw e;
        }
        return credentials;
    }

    /** Returns the directory for rkt's {@code --user-config}; empty if the task has no credentials. */
    Optional<Path> directory() {
        return isWritten ? Optional.of(directory) : Optional.empty();
    }

    /** Deletes the directory. A failure is logged: the pod that was prepared meanwhile is not lost for it. */
    @Override
    public void close() {
        try {
            FileTrees.delete(directory);
        } catch (IOException e) {
            LOG.warn("Can't delete the credentials for an image in {}: delete them", directory, e);
        }
    }

    private static JsonObject json(ImageLogin login, String image) {
        ImageLogin.Servers servers = login.servers(image);
        JsonArray hosts = new JsonArray();
        servers.hosts().forEach(hosts::add);
        JsonObject credentials = new JsonObject();
        credentials.addProperty("user", login.username());
        credentials.addProperty("password", login.password());
        JsonObject file = new JsonObject();
        file.addProperty("rktVersion", "v1");
        switch (servers.kind()) {
            case REGISTRY -> {
                file.addProperty("rktKind", "dockerAuth");
                file.add("registries", hosts);
            }
            case HTTPS -> {
                file.addProperty("rktKind", "auth");
                file.add("domains", hosts);
                file.addProperty("type", "basic");
            }
        }
        file.add("credentials", credentials);
        return file;
    }
}
