package dev.gantry.rkt.pod;

import dev.gantry.rkt.Durability;
import dev.gantry.rkt.PrivateDirectory;
import dev.gantry.rkt.ProcessIdentity;
import dev.gantry.rkt.image.StoredImage;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The pods of a data directory, {@code pods/STATE/UUID/}. A new pod is in {@code embryo} until the identity of its
 * creating process is written, then in {@code prepare}, and moves to {@code prepared} once it is complete. The launcher
 * moves it further.
 */
public final class PodStore {

    private static final List<String> STATES =
            List.of("embryo", "prepare", "prepared", "run", "exited-garbage", "garbage");

    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final Path pods;

    /**
     * Opens the store; it is made with the first pod.
     *
     * @param dataDirectory the data directory
     */
    public PodStore(Path dataDirectory) {
        this.pods = dataDirectory.resolve("pods");
    }

    /**
     * Makes a pod that is being prepared by this process.
     *
     * @param wanted the UUID that the pod shall have. The pod has a random one if this is no UUID, or a pod has it
     * @return its directory, named by its UUID
     * @throws IOException if that fails
     */
    Path create(String wanted) throws IOException {
        PrivateDirectory.create(pods);
        for (String state : STATES) {
            Files.createDirectories(pods.resolve(state));
        }
        String uuid = UUID_FORM.matcher(wanted).matches() && !exists(wanted)
                ? wanted
                : UUID.randomUUID().toString();
        Path embryo = Files.createDirectory(pods.resolve("embryo").resolve(uuid));
        ProcessIdentity.sign(embryo);
        return Files.move(embryo, pods.resolve("prepare").resolve(uuid), StandardCopyOption.ATOMIC_MOVE);
    }

    private boolean exists(String uuid) {
        return STATES.stream()
                .anyMatch(state -> Files.exists(pods.resolve(state).resolve(uuid)));
    }

    /**
     * Moves a pod to {@code prepared}, so that it can be run.
     *
     * @param preparing the directory of a pod made by {@link #create}
     * @return its new directory
     * @throws IOException if that fails
     */
    Path finish(Path preparing) throws IOException {
        try (DirectoryStream<Path> apps = Files.newDirectoryStream(preparing.resolve("app"))) {
            for (Path app : apps) {
                Durability.forceFilesOf(app);
            }
        }
        Durability.forceFilesOf(preparing);
        Path place = pods.resolve("prepared");
        Path prepared = Files.move(preparing, place.resolve(preparing.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        Durability.force(place);
        return prepared;
    }

    /**
     * Lists the pods that mount the files of an image. An image with such pods must not be removed.
     *
     * @param image the image
     * @return the UUIDs of the pods
     * @throws IOException if the pods can't be read
     */
    public List<String> usersOf(StoredImage image) throws IOException {
        return usersOf(image.directory());
    }

    /**
     * Lists the pods that mount files of a directory of the image store.
     *
     * @param directory an image's directory, or one in it
     * @return the UUIDs of the pods
     * @throws IOException if the pods can't be read
     */
    public List<String> usersOf(Path directory) throws IOException {
        List<String> users = new ArrayList<>();
        for (String state : STATES) {
            if (!Files.isDirectory(pods.resolve(state))) {
                continue;
            }
            try (DirectoryStream<Path> found = Files.newDirectoryStream(pods.resolve(state))) {
                for (Path pod : found) {
                    if (uses(pod, directory)) {
                        users.add(pod.getFileName().toString());
                    }
                }
            }
        }
        return users;
    }

    private static boolean uses(Path pod, Path directory) throws IOException {
        try (DirectoryStream<Path> apps = Files.newDirectoryStream(pod.resolve("app"))) {
            for (Path app : apps) {
                Path tree = app.resolve(PodWriter.TREE);
                if (Files.isSymbolicLink(tree) && Files.readSymbolicLink(tree).startsWith(directory)) {
                    return true;
                }
            }
        } catch (NoSuchFileException e) {
            // The pod has no apps yet, or another process has just removed it or moved it to its next state, whose
            // directory is read later.
            return false;
        }
        return false;
    }
}
